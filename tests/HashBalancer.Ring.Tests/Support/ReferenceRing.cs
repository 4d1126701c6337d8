using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace HashBalancer.Ring.Tests;

/// <summary>
/// The format in its plainest words, with no index, no merge and no cursor: a node's distance from a key is that of its
/// nearest point; nodes serve a key in the order of their distances.
/// </summary>
internal sealed class ReferenceRing
{
    private readonly (uint Position, byte[] Id, string Name)[] _points;

    public ReferenceRing(IEnumerable<RingMember> members, int pointsPerUnitWeight = HashRing.DefaultPointsPerUnitWeight)
    {
        var points = new List<(uint Position, byte[] Id, string Name)>();
        foreach (RingMember member in members.Where(m => m.Weight > 0))
        {
            byte[] id = Encoding.UTF8.GetBytes(member.Id);
            int count = Math.Max(1, (int)Math.Floor((member.Weight * pointsPerUnitWeight) + 0.5));
            byte[] seed = [.. id, 0, 0, 0, 0];
            for (int i = 0; i < count; i++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(seed.AsSpan(id.Length), i);
                points.Add(((uint)(XxHash3.HashToUInt64(seed) >> 32), id, member.Id));
            }
        }

        points.Sort((a, b) => a.Position != b.Position ? a.Position.CompareTo(b.Position) : a.Id.AsSpan().SequenceCompareTo(b.Id));
        _points = [.. points];
    }

    /// <summary>Every node by its nearest point, nearest first: on equal distances a point at or after the key goes before one
    /// that lies before it; of points at one position, the first one after the key and the last one before it.</summary>
    public string[] Walk(ulong hash)
    {
        uint key = (uint)(hash >> 32);
        var best = new Dictionary<string, (uint Distance, int Side, int Rank)>();
        for (int rank = 0; rank < _points.Length; rank++)
        {
            uint after = _points[rank].Position - key, before = key - _points[rank].Position;
            (uint, int, int) cost = after <= before ? (after, 0, rank) : (before, 1, -rank);
            if (!best.TryGetValue(_points[rank].Name, out (uint, int, int) known) || cost.CompareTo(known) < 0)
                best[_points[rank].Name] = cost;
        }

        return [.. best.OrderBy(b => b.Value).Select(b => b.Key)];
    }

    /// <summary>The first of <see cref="Walk"/>, found by bisection so that a million keys can be asked.</summary>
    public string? Owner(ulong hash)
    {
        if (_points.Length == 0)
            return null;
        uint key = (uint)(hash >> 32);
        int low = 0, high = _points.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _points[middle].Position < key ? (middle + 1, high) : (low, middle);
        }

        var after = _points[low % _points.Length];
        var before = _points[(low + _points.Length - 1) % _points.Length];
        return after.Position - key <= key - before.Position ? after.Name : before.Name;
    }
}
