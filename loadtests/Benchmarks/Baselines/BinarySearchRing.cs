namespace HashBalancer.Benchmarks;

/// <summary>Plain bisection over the same points, to the same answer.</summary>
internal sealed class BinarySearchRing(uint[] positions, int[] slots)
{
    public int Owner(ulong hash)
    {
        uint position = (uint)(hash >> 32);
        int after = FirstAtOrAfter(position);
        int before = after == 0 ? positions.Length - 1 : after - 1;
        return slots[positions[after] - position <= position - positions[before] ? after : before];
    }

    /// <summary>The first distinct nodes after a hash, as most rings collect them: on along the circle, with a set of those seen.</summary>
    public int Walk(ulong hash, Span<int> nodes)
    {
        HashSet<int> seen = [];
        int at = FirstAtOrAfter((uint)(hash >> 32));
        for (int steps = 0; seen.Count < nodes.Length && steps < positions.Length; steps++)
        {
            if (seen.Add(slots[at]))
                nodes[seen.Count - 1] = slots[at];
            at = at + 1 == positions.Length ? 0 : at + 1;
        }

        return seen.Count;
    }

    private int FirstAtOrAfter(uint position)
    {
        int low = 0, high = positions.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (positions[middle] < position)
                low = middle + 1;
            else
                high = middle;
        }

        return low == positions.Length ? 0 : low;
    }
}
