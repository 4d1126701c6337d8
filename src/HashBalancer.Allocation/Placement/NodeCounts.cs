using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Placement;

/// <summary>What one pool asks of a fleet of identical nodes.</summary>
/// <param name="Name">Breaks the last tie, ordinally.</param>
public sealed record NodeCountClaim(string Name)
{
    /// <summary>Relative right to nodes, above 0. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Nodes it gets before anybody gets more. Default 0.</summary>
    public int Floor { get; init; }

    /// <summary>Nodes it never gets more of: its maximum or its request, whichever is less. Default unlimited.</summary>
    public int Ceiling { get; init; } = int.MaxValue;

    /// <summary>Who keeps its floor when there are too few nodes, and who wins a tie: the higher. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>Nodes it has now. Default 0.</summary>
    public int Current { get; init; }
}

/// <summary>The outcome for a fleet of identical nodes.</summary>
/// <param name="Nodes">Nodes of every claim, in the order of the claims.</param>
/// <param name="Idle">Nodes that nobody asked for.</param>
/// <param name="Moved">Nodes that leave a pool that has them now.</param>
/// <param name="InfeasibleFloors">Whether the floors exceeded the fleet.</param>
public sealed record NodeCountDivision(IReadOnlyList<int> Nodes, int Idle, int Moved, bool InfeasibleFloors);

/// <summary>Divides identical whole nodes: floors first, then one at a time to the lowest nodes / weight.</summary>
/// <remarks>
/// Ties go to the larger weight, then to who would keep a node it has, then to the higher priority, then to the name. With too few
/// nodes floors are served by priority, inside one priority to the lowest nodes / floor. O(nodes × log pools).
/// </remarks>
public static class NodeCounts
{
    /// <summary>Divides the nodes.</summary>
    /// <param name="nodes">0 or more.</param>
    /// <param name="claims">Any order; it decides nothing.</param>
    /// <exception cref="ArgumentException">A weight is not above 0, or another number is negative.</exception>
    public static NodeCountDivision Divide(int nodes, IReadOnlyList<NodeCountClaim> claims)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nodes);
        ArgumentNullException.ThrowIfNull(claims);
        foreach (NodeCountClaim claim in claims)
        {
            if (!(claim.Weight > 0 && claim.Floor >= 0 && claim.Ceiling >= 0 && claim.Current >= 0))
                throw new ArgumentException($"Claim '{claim.Name}' has weight {claim.Weight}, floor {claim.Floor}, ceiling {claim.Ceiling}, current {claim.Current}; the weight must be above 0, the others 0 or more.", nameof(claims));
        }

        int[] floors = [.. claims.Select(c => Math.Min(c.Floor, c.Ceiling))];
        bool infeasible = floors.Sum(f => (long)f) > nodes;
        int[] counts = new int[claims.Count];
        int left = nodes;
        if (infeasible)
        {
            foreach (IGrouping<int, int> priority in Enumerable.Range(0, claims.Count).GroupBy(i => claims[i].Priority).OrderByDescending(g => g.Key))
                left = Fill(claims, [.. priority], counts, left, i => floors[i], i => Math.Max(1, floors[i]));
        }
        else
        {
            floors.CopyTo(counts, 0);
            left = Fill(claims, [.. Enumerable.Range(0, claims.Count)], counts, nodes - floors.Sum(), i => claims[i].Ceiling, i => claims[i].Weight);
        }

        int moved = claims.Select((c, i) => Math.Max(0, c.Current - counts[i])).Sum();
        return new NodeCountDivision(counts, left, moved, infeasible);
    }

    private static int Fill(IReadOnlyList<NodeCountClaim> claims, int[] members, int[] counts, int left, Func<int, int> ceiling, Func<int, double> weight)
    {
        var queue = new PriorityQueue<int, int>(Comparer<int>.Create(Compare));
        foreach (int i in members.Where(i => counts[i] < ceiling(i)))
            queue.Enqueue(i, i);
        while (left > 0 && queue.TryDequeue(out int lowest, out _))
        {
            counts[lowest]++;
            left--;
            if (counts[lowest] < ceiling(lowest))
                queue.Enqueue(lowest, lowest);
        }

        return left;

        // A claim's order depends on its count alone, which changes only while it is out of the queue.
        int Compare(int a, int b)
        {
            int order = Shares.Compare(counts[a] / weight(a), counts[b] / weight(b));
            if (order == 0)
                order = claims[b].Weight.CompareTo(claims[a].Weight);
            if (order == 0)
                order = (counts[b] < claims[b].Current).CompareTo(counts[a] < claims[a].Current);
            if (order == 0)
                order = claims[b].Priority.CompareTo(claims[a].Priority);
            return order != 0 ? order : string.CompareOrdinal(claims[a].Name, claims[b].Name);
        }
    }
}
