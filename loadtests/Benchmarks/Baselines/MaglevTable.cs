using System.IO.Hashing;
using System.Text;
using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>Maglev's table (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016): even and fast to
/// ask, at more moved keys per change, and built as a whole each time.</summary>
internal sealed class MaglevTable
{
    private readonly int[] _table;

    public MaglevTable(IReadOnlyList<RingMember> members)
    {
        // At least 100 entries per node, as the paper advises, and a prime; in steps, as one that follows every change would move all keys.
        int size = 100 * ((members.Count + 1023) & ~1023);
        while (!IsPrime(++size)) { }
        _table = new int[size];
        Array.Fill(_table, -1);
        uint[] offsets = new uint[members.Count], skips = new uint[members.Count], next = new uint[members.Count];
        for (int i = 0; i < members.Count; i++)
        {
            UInt128 hash = XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(members[i].Id));
            offsets[i] = (uint)((ulong)hash % (uint)size);
            skips[i] = (uint)((ulong)(hash >> 64) % (uint)(size - 1)) + 1;
        }

        for (int filled = 0; ;)
        {
            for (int i = 0; i < members.Count; i++)
            {
                uint at;
                do
                {
                    at = (uint)((offsets[i] + ((ulong)next[i]++ * skips[i])) % (uint)size);
                }
                while (_table[at] >= 0);
                _table[at] = i;
                if (++filled == size)
                    return;
            }
        }
    }

    /// <summary>Entries of the table.</summary>
    public int Size => _table.Length;

    public int Owner(ulong hash) => _table[(int)(hash % (ulong)_table.Length)];

    private static bool IsPrime(int number)
    {
        for (int i = 2; (long)i * i <= number; i++)
        {
            if (number % i == 0)
                return false;
        }

        return true;
    }
}
