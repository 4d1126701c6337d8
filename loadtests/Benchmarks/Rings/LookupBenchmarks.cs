using BenchmarkDotNet.Attributes;
using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>Key to owner. "Streamed" look-ups do not wait for one another, as in a loop over requests; "chained" ones do, each key
/// depending on the answer before it, which is what one request by itself sees.</summary>
public class LookupBenchmarks
{
    private HashRing _ring = HashRing.Empty;
    private HashRing _overridden = HashRing.Empty;
    private BinarySearchRing _binary = null!;
    private MaglevTable _maglev = null!;
    private int[] _raw = [];
    private ulong[] _hashes = [];

    [Params(1_000, 10_000)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _hashes = RingFixtures.Hashes;
        _ring = RingFixtures.Ring(Nodes);
        (uint[] positions, int[] slots) = RingFixtures.PointsOf(Nodes);
        _binary = new BinarySearchRing(positions, slots);
        _maglev = RingFixtures.Maglev(Nodes);

        // As many bytes as look-ups may touch of the ring: its lines and their table.
        _raw = new int[_ring.LookupBytes / sizeof(int)];
        for (int i = 0; i < _raw.Length; i++)
            _raw[i] = i;

        // A thousand arcs moved, as a rebalancer would.
        RingArc[] arcs = [.. _ring.Arcs().Where((_, i) => i % 300 == 0).Take(1000)];
        _overridden = _ring.WithOverrides(arcs.Select((arc, i) => new RingOverride(arc.First, arc.Last, _ring.MemberAt(i % Nodes)!.Value.Id)));

        RingMember[] members = RingFixtures.Members(Nodes);
        foreach (ulong hash in _hashes.AsSpan(0, 10_000))
        {
            if (_ring.MemberAt(_ring.Owner(hash)) != members[_binary.Owner(hash)])
                throw new InvalidOperationException($"Ring and baseline disagree on the owner of {hash:x16}.");
        }
    }

    [Benchmark(OperationsPerInvoke = RingFixtures.KeyCount)]
    public long RawRead()
    {
        long sum = 0;
        int[] raw = _raw;
        foreach (ulong hash in _hashes)
            sum += raw[(int)(((hash >> 32) * (uint)raw.Length) >> 32)];
        return sum;
    }

    [Benchmark(OperationsPerInvoke = RingFixtures.KeyCount)]
    public long Lookup()
    {
        long sum = 0;
        HashRing ring = _ring;
        foreach (ulong hash in _hashes)
            sum += ring.Owner(hash);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = RingFixtures.KeyCount)]
    public long LookupOverridden()
    {
        long sum = 0;
        HashRing ring = _overridden;
        foreach (ulong hash in _hashes)
            sum += ring.Owner(hash);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = RingFixtures.KeyCount)]
    public ulong RawReadChained()
    {
        ulong last = 0;
        int[] raw = _raw;
        foreach (ulong hash in _hashes)
            last = (ulong)raw[(int)((((hash + (last << 40)) >> 32) * (uint)raw.Length) >> 32)];
        return last;
    }

    [Benchmark(OperationsPerInvoke = RingFixtures.KeyCount)]
    public ulong LookupChained()
    {
        ulong last = 0;
        HashRing ring = _ring;
        foreach (ulong hash in _hashes)
            last = (ulong)ring.Owner(hash + (last << 40));
        return last;
    }

    /// <summary>All keys distinct: nothing of a line that one key brought into the cache serves another.</summary>
    [Benchmark(OperationsPerInvoke = RingFixtures.KeyCount)]
    public long HashAndLookup() => HashAndLookup(RingFixtures.KeyText);

    /// <summary>As requests come: few keys often, most seldom (Zipf 1.0 over the same keys).</summary>
    [Benchmark(OperationsPerInvoke = RingFixtures.KeyCount)]
    public long HashAndLookupZipf() => HashAndLookup(RingFixtures.ZipfKeyText);

    /// <summary>The same without hashing.</summary>
    [Benchmark(OperationsPerInvoke = RingFixtures.KeyCount)]
    public long LookupZipf()
    {
        long sum = 0;
        HashRing ring = _ring;
        foreach (ulong hash in RingFixtures.ZipfHashes)
            sum += ring.Owner(hash);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = RingFixtures.KeyCount)]
    public long BinarySearch()
    {
        long sum = 0;
        BinarySearchRing ring = _binary;
        foreach (ulong hash in _hashes)
            sum += ring.Owner(hash);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = RingFixtures.KeyCount)]
    public long Maglev()
    {
        long sum = 0;
        MaglevTable table = _maglev;
        foreach (ulong hash in _hashes)
            sum += table.Owner(hash);
        return sum;
    }

    private long HashAndLookup(KeyText keys)
    {
        long sum = 0;
        int start = 0;
        HashRing ring = _ring;
        for (int i = 0; i < keys.Count; i++)
            sum += ring.Owner(KeyHash.Of(keys.Next(i, ref start)));
        return sum;
    }
}
