using HashBalancer.Allocation.Placement;

namespace HashBalancer.Allocation.Tests.Oracles;

/// <summary>The assignment with fewest moves, then fewest nodes, by trying every one: for at most about seven nodes.</summary>
internal static class BestCover
{
    public static (int Moves, int Used)? Of(IReadOnlyList<CoverNode> nodes, IReadOnlyList<CoverNeed> needs)
    {
        (int Moves, int Used)? best = null;
        int[] pool = new int[nodes.Count];
        long combinations = (long)Math.Pow(needs.Count + 1, nodes.Count);
        for (long combination = 0; combination < combinations; combination++)
        {
            long rest = combination;
            for (int n = 0; n < pool.Length; n++, rest /= needs.Count + 1)
                pool[n] = (int)(rest % (needs.Count + 1)) - 1;
            bool covered = Enumerable.Range(0, needs.Count).All(p => needs[p].Needs.FitsIn(
                nodes.Where((_, n) => pool[n] == p).Aggregate(needs[p].Needs.Resources.Vector(), (sum, node) => sum.Plus(node.Resources))));
            if (!covered)
                continue;
            int moves = nodes.Where((node, n) => pool[n] >= 0 && node.Owner is not null && needs[pool[n]].Pool != node.Owner).Count();
            (int, int) cost = (moves, pool.Count(p => p >= 0));
            if (best is null || cost.CompareTo(best.Value) < 0)
                best = cost;
        }

        return best;
    }
}
