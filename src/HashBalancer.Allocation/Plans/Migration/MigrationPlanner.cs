namespace HashBalancer.Allocation.Plans.Migration;

/// <summary>Schedules moves as a list: at every instant each waiting move that may start does, in a fixed order.</summary>
/// <remarks>
/// <para>Order: moves to pools of higher priority, then the longest, then by node. A move may start while its source keeps
/// <see cref="MigrationPool.MinAvailable"/> nodes without it and has fewer than <see cref="MigrationPool.MaxUnavailable"/> under way, and
/// while the fleet and the node's zone have fewer under way than their limits. Nothing is ever delayed on purpose, so the plan is
/// within Graham's bound of the best (list scheduling, 1966).</para>
/// <para>A swap between pools that can spare nothing never starts: it is reported, not waited for.</para>
/// <para>O(moves × log moves).</para>
/// </remarks>
public static class MigrationPlanner
{
    /// <summary>Makes a plan.</summary>
    /// <param name="pools">The pools of all moves; others may be left out.</param>
    /// <param name="moves">Any order; it decides nothing.</param>
    /// <param name="limits">How much may be under way at once.</param>
    /// <exception cref="ArgumentException">A pool or node stands twice, a move names an unknown pool or has a negative duration, or a limit is out of range.</exception>
    public static MigrationPlan Plan(IReadOnlyList<MigrationPool> pools, IReadOnlyList<Move> moves, MigrationLimits limits)
    {
        MigrationChecks.Check(pools, moves, limits);
        Dictionary<string, MigrationPool> byName = pools.ToDictionary(p => p.Name, StringComparer.Ordinal);
        return Run(pools, MigrationOrder.ByPriority(moves, byName), limits);
    }

    /// <summary>Makes a plan that is short: where the usual order leaves more than a quarter above the lower bound, other orders are tried.</summary>
    /// <remarks>
    /// The other orders put the bottleneck first: moves whose source has most work left per node that it may spare, moves that hand
    /// nodes to pools which cannot give before they get. They are tried too where moves are blocked, as one order can use up what
    /// another would let come back. Priorities of destinations do not count there.
    /// </remarks>
    /// <inheritdoc cref="Plan"/>
    public static MigrationPlan PlanShort(IReadOnlyList<MigrationPool> pools, IReadOnlyList<Move> moves, MigrationLimits limits)
    {
        MigrationPlan best = Plan(pools, moves, limits);
        Dictionary<string, MigrationPool> byName = pools.ToDictionary(p => p.Name, StringComparer.Ordinal);
        foreach (Move[] order in MigrationOrder.Alternatives(moves, byName, limits))
        {
            if (IsGoodEnough(best))
                return best;
            best = Better(best, Run(pools, order, limits));
        }

        return moves.Count <= SmallPlan ? Rearranged(best, pools, limits) : best;
    }

    /// <summary>Puts every single move into every other place of the order for as long as that helps.</summary>
    private static MigrationPlan Rearranged(MigrationPlan plan, IReadOnlyList<MigrationPool> pools, MigrationLimits limits)
    {
        MigrationPlan best = plan;
        for (MigrationPlan? previous = null; best != previous && !IsGoodEnough(best);)
        {
            previous = best;
            foreach (int from in Enumerable.Range(0, previous.Considered.Count))
            {
                for (int to = 0; to < previous.Considered.Count; to++)
                {
                    List<Move> order = [.. previous.Considered];
                    order.RemoveAt(from);
                    order.Insert(to, previous.Considered[from]);
                    best = Better(best, Run(pools, [.. order], limits));
                }
            }
        }

        return best;
    }

    private static bool IsGoodEnough(MigrationPlan plan) => plan.Blocked.Count == 0 && plan.Finish <= plan.LowerBound * GoodEnough;

    private static MigrationPlan Better(MigrationPlan best, MigrationPlan other) =>
        (other.Blocked.Count, other.Finish).CompareTo((best.Blocked.Count, best.Finish)) < 0 ? other : best;

    /// <summary>So few moves can be rearranged one by one within a millisecond or two.</summary>
    private const int SmallPlan = 12;

    /// <summary>How far above the lower bound a plan may be before other orders are tried.</summary>
    private const double GoodEnough = 1.25;

    private static MigrationPlan Run(IReadOnlyList<MigrationPool> pools, Move[] ordered, MigrationLimits limits)
    {
        var run = new MigrationRun(pools, ordered, limits);
        List<PlannedMove> started = run.Start();
        HashSet<string> moved = [.. started.Select(m => m.Move.Node)];
        return new MigrationPlan(
            started,
            ordered,
            started.Select(m => m.End).DefaultIfEmpty().Max(),
            [.. ordered.Where(m => !moved.Contains(m.Node))],
            run.LowestAvailable(),
            MigrationBound.Of(pools, [.. started.Select(m => m.Move)], limits));
    }
}
