using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Solving.Placing;

/// <summary>First step: every pool keeps what it has, but for nodes that it may not have any more.</summary>
/// <remarks>
/// A node goes to the pool that it is pinned to. A node that its pool's filter no longer lets in becomes free. A pool that holds more
/// than a maximum gives up its newest leases; above a parent's maximum the leaf gives that is furthest above its target. Frozen pools
/// lose only what is pinned elsewhere.
/// </remarks>
internal static class LeaseKeeper
{
    public static void Run(PlacementState state)
    {
        NodeTable nodes = state.Nodes;
        for (int n = 0; n < nodes.Count; n++)
        {
            if (!nodes.Available[n])
                continue;
            int pool = nodes.PinnedTo[n] != PlacementState.Nobody ? nodes.PinnedTo[n] : nodes.Owner[n];
            if (pool != PlacementState.Nobody && (state.Tree.Specs[pool].Frozen || state.PassesFilter(n, pool)))
                state.Give(n, pool);
        }

        for (int p = state.Tree.Count - 1; p >= 0; p--)
        {
            if (state.Tree.Specs[p].Maximum.Count > 0)
                ReleaseAboveMaximum(state, p);
        }

        for (int n = 0; n < nodes.Count; n++)
        {
            if (state.IsFree(n))
                state.PutFree(n);
        }
    }

    private static void ReleaseAboveMaximum(PlacementState state, int pool)
    {
        while (state.ExceedsMaximum(pool))
        {
            int giver = HighestBelow(state, pool);
            if (giver < 0)
                return;
            state.Take(Newest(state, giver));
        }
    }

    /// <summary>The leaf at or below a pool that holds most of its target, among those that hold a node which is not pinned.</summary>
    private static int HighestBelow(PlacementState state, int pool)
    {
        PoolTree tree = state.Tree;
        if (tree.IsLeaf(pool))
            return tree.Specs[pool].Frozen || Newest(state, pool) < 0 ? -1 : pool;
        int best = -1;
        for (int p = tree.FirstChild[pool]; p < tree.FirstChild[pool] + tree.ChildCount[pool]; p++)
        {
            int candidate = HighestBelow(state, p);
            if (candidate >= 0 && (best < 0 || Shares.Compare(Ratio(candidate), Ratio(best)) > 0))
                best = candidate;
        }

        return best;

        double Ratio(int leaf) => state.HeldUnits[leaf] / state.Shares.Units[leaf];
    }

    /// <summary>The newest lease of a pool, then the last by id; -1 when all its nodes are pinned to it.</summary>
    private static int Newest(PlacementState state, int pool)
    {
        int newest = -1;
        for (int n = state.FirstOf(pool); n >= 0; n = state.Next(n))
        {
            if (state.Nodes.PinnedTo[n] == pool)
                continue;
            if (newest < 0 || (state.Nodes.Since[n], n).CompareTo((state.Nodes.Since[newest], newest)) > 0)
                newest = n;
        }

        return newest;
    }
}
