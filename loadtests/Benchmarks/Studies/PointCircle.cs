using System.IO.Hashing;
using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>Sorted points, and the rules by which they can own keys.</summary>
internal sealed class PointCircle
{
    private readonly uint[] _positions;
    private readonly int[] _nodes;
    private readonly int _nodeCount;

    public PointCircle(string[] ids, int pointsPerNode)
    {
        (uint Position, int Slot)[] points = [.. PointRecipe.PointsOf([.. ids.Select(id => new RingMember(id))], pointsPerNode)];
        Array.Sort(points);
        _positions = [.. points.Select(p => p.Position)];
        _nodes = [.. points.Select(p => p.Slot)];
        _nodeCount = ids.Length;
    }

    /// <summary>A point owns the whole gap before it: the usual ring.</summary>
    public int Next(ulong hash) => _nodes[FirstAtOrAfter((uint)(hash >> 32))];

    /// <summary>A point owns what is nearest to it.</summary>
    public int Nearest(ulong hash) => Nearer((uint)(hash >> 32)).Node;

    /// <summary>A key stands at two places; the point with the shorter way to it from either owns it (multi-probe with two probes).</summary>
    public int NextOfTwo(ulong hash)
    {
        int one = FirstAtOrAfter((uint)(hash >> 32)), other = FirstAtOrAfter((uint)hash);
        return _nodes[_positions[one] - (uint)(hash >> 32) <= _positions[other] - (uint)hash ? one : other];
    }

    /// <summary>The same with the nearest point in either direction.</summary>
    public int NearestOfTwo(ulong hash)
    {
        (uint Distance, int Node) one = Nearer((uint)(hash >> 32)), other = Nearer((uint)hash);
        return one.Distance <= other.Distance ? one.Node : other.Node;
    }

    /// <summary>Of the next eight distinct nodes the one whose hash with the key is highest (local rendezvous hashing, arXiv 2512.23434).</summary>
    public int LocalRendezvous(ulong hash)
    {
        Span<int> candidates = stackalloc int[8];
        int count = 0, best = -1;
        ulong highest = 0;
        for (int at = FirstAtOrAfter((uint)(hash >> 32)), steps = 0; count < candidates.Length && steps < _nodes.Length; steps++, at = at + 1 == _nodes.Length ? 0 : at + 1)
        {
            int node = _nodes[at];
            if (candidates[..count].Contains(node))
                continue;
            candidates[count++] = node;
            ulong score = Mix(hash + ((ulong)(uint)node * 0x9E3779B97F4A7C15));
            if (best < 0 || score > highest)
                (best, highest) = (node, score);
        }

        return best;
    }

    public double[] SharesOfNext() => Shares(1, (gap, _) => gap);

    public double[] SharesOfNearest() => Shares(2, (gap, _) => gap / 2);

    public double[] SharesOfNextOfTwo() => Shares(1, FirstOfTwo(1));

    public double[] SharesOfNearestOfTwo() => Shares(2, FirstOfTwo(2));

    /// <summary>Shares by counting keys, for rules that have no sum.</summary>
    public double[] SharesByCounting(Func<ulong, int> owner, int keysPerNode)
    {
        double[] shares = new double[_nodeCount];
        ulong keys = (ulong)keysPerNode * (ulong)_nodeCount;
        for (ulong i = 0; i < keys; i++)
            shares[owner(Mix(i))] += 1.0 / keys;
        return shares;
    }

    private static ulong Mix(ulong value) => XxHash3.HashToUInt64(BitConverter.GetBytes(value));

    private (uint Distance, int Node) Nearer(uint position)
    {
        int after = FirstAtOrAfter(position), before = after == 0 ? _positions.Length - 1 : after - 1;
        uint ahead = _positions[after] - position, behind = position - _positions[before];
        return ahead <= behind ? (ahead, _nodes[after]) : (behind, _nodes[before]);
    }

    /// <summary>Sums what each gap gives to the point after it and, with two sides, to the one before.</summary>
    private double[] Shares(int sides, Func<double, int, double> partOfGap)
    {
        double[] shares = new double[_nodeCount];
        int last = _positions.Length - 1;
        for (int i = 0; i <= last; i++)
        {
            double part = partOfGap(_positions[i] - _positions[i == 0 ? last : i - 1], i) / (1L << 32);
            shares[_nodes[i]] += part;
            if (sides == 2)
                shares[_nodes[i == 0 ? last : i - 1]] += part;
        }

        return shares;
    }

    /// <summary>What a gap is worth when the other of two probes may lie nearer: twice the integral, over the way into it, of the part of
    /// the circle that lies further from its point; exact by summing over the sorted gaps.</summary>
    private Func<double, int, double> FirstOfTwo(int sides)
    {
        int last = _positions.Length - 1;
        double[] ways = [.. Enumerable.Range(0, last + 1).Select(i => (double)(_positions[i] - _positions[i == 0 ? last : i - 1]) / sides)];
        Array.Sort(ways);
        double[] worth = new double[ways.Length];
        double rest = ways.Sum(), sum = 0, from = 0, circle = 1L << 32;
        for (int i = 0; i < ways.Length; i++)
        {
            // Between two sorted ways, all that are longer take part.
            double to = ways[i], longer = ways.Length - i;
            sum += 2 * sides * ((rest * (to - from)) - (longer * ((to * to) - (from * from)) / 2)) / circle;
            worth[i] = sum;
            rest -= to;
            from = to;
        }

        return (gap, _) =>
        {
            int at = Array.BinarySearch(ways, gap / sides);
            return worth[at];
        };
    }

    private int FirstAtOrAfter(uint position)
    {
        int low = 0, high = _positions.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = _positions[middle] < position ? (middle + 1, high) : (low, middle);
        }

        return low == _positions.Length ? 0 : low;
    }
}
