using HashBalancer.Allocation.Plans.Migration;
using HashBalancer.Allocation.Solving.Placing;

namespace HashBalancer.Allocation.Solving;

/// <summary>Turns a placement into moves in time, and into numbers for every leaf.</summary>
internal static class MovePlan
{
    public static MigrationPlan Of(PlacementState state, AllocatorSettings settings)
    {
        PoolTree tree = state.Tree;
        NodeTable nodes = state.Nodes;
        List<Move> moves = [];
        for (int n = 0; n < nodes.Count; n++)
        {
            int from = nodes.Owner[n], to = state.Owner[n];
            if (from == to || !nodes.Available[n])
                continue;
            moves.Add(new Move(
                nodes.Ids[n],
                from < 0 ? null : tree.Names[from],
                to < 0 ? null : tree.Names[to],
                from < 0 ? TimeSpan.Zero : tree.Specs[from].Drain,
                to < 0 ? TimeSpan.Zero : settings.Reassign,
                to < 0 ? TimeSpan.Zero : tree.Specs[to].Warm,
                nodes[n].Zone));
        }

        // Nodes on their way do not serve their pool yet: it must not lean on them.
        int[] serving = [.. state.NodesBefore];
        bool[] involved = new bool[tree.Count];
        for (int n = 0; n < nodes.Count && moves.Count > 0; n++)
        {
            (int from, int to) = (nodes.Owner[n], state.Owner[n]);
            if (!nodes.Available[n])
                continue;
            if (from >= 0 && nodes.InTransit[n])
                serving[from]--;
            if (from == to)
                continue;
            if (from >= 0)
                involved[from] = true;
            if (to >= 0)
                involved[to] = true;
        }

        List<MigrationPool> pools = [];
        for (int p = 0; p < tree.Count; p++)
        {
            if (involved[p])
                pools.Add(new MigrationPool(tree.Names[p], serving[p]) { MinAvailable = tree.Specs[p].MinAvailable, MaxUnavailable = tree.Specs[p].MaxUnavailable, Priority = tree.Priorities[p] });
        }

        return MigrationPlanner.PlanShort(pools, moves, settings.Limits);
    }

    public static PoolAllocation[] Pools(PlacementState state)
    {
        // Summed anew in order of id: the running sums of the placement bear its rounding.
        double[] held = new double[state.Tree.Count];
        for (int n = 0; n < state.Owner.Length; n++)
        {
            if (state.Owner[n] >= 0)
                held[state.Owner[n]] += state.UnitsOf(n, state.Owner[n]);
        }

        return Array.ConvertAll(state.Tree.LeavesByName, p => new PoolAllocation(
            state.Tree.Names[p],
            state.Shares.CeilingUnits[p],
            state.Shares.FloorUnits[p],
            state.Shares.Units[p],
            held[p],
            state.NodesBefore[p],
            state.HeldNodes[p]));
    }
}
