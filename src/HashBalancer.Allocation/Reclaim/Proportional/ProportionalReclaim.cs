namespace HashBalancer.Allocation.Reclaim.Proportional;

/// <summary>
/// How much to take back from every pool so that pools below their guarantee can have it (Hadoop CapacityScheduler,
/// ProportionalCapacityPreemptionPolicy), in whole units of one resource, down a tree.
/// </summary>
/// <remarks>
/// <para>Every level first keeps min(used, guarantee) and what may not be touched. The rest is offered in rounds to the pools with the
/// lowest ideal / guarantee, in proportion to the guarantees of all that still ask. What a pool holds beyond its ideal is owed,
/// scaled down to what a round may take.</para>
/// <para>A leaf's ideal never exceeds max(used, guarantee): nothing moves between two pools that have their guarantee.</para>
/// </remarks>
public static class ProportionalReclaim
{
    /// <summary>Units to take from every leaf, by name; 0 where nothing is owed.</summary>
    /// <param name="capacity">What the whole tree may hold.</param>
    /// <param name="pools">Any order; it decides nothing.</param>
    /// <param name="throttle">Dead zone, natural termination and the limit of a round.</param>
    /// <exception cref="ArgumentException">A name stands twice, a parent is unknown, the parents form a cycle, or a number is out of range.</exception>
    public static IReadOnlyDictionary<string, long> Plan(long capacity, IReadOnlyList<ReclaimPool> pools, ReclaimThrottle throttle)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        ArgumentNullException.ThrowIfNull(pools);
        ArgumentNullException.ThrowIfNull(throttle);
        throttle.Checked();
        ReclaimNode root = ReclaimNode.BuildTree(capacity, pools);
        Descend(root, throttle.TotalPerRound * capacity);
        return root.Leaves().Where(l => l != root).ToDictionary(l => l.Pool.Name, l => Throttled(l, throttle), StringComparer.Ordinal);
    }

    private static long Throttled(ReclaimNode leaf, ReclaimThrottle throttle) =>
        leaf.Reclaimable && leaf.Used > leaf.Pool.Guaranteed * (1 + throttle.DeadZone)
            ? RoundHalfUp(leaf.ToReclaim * throttle.NaturalTermination)
            : 0;

    private static void Descend(ReclaimNode parent, double allowed)
    {
        long unassigned = parent.Ideal;
        unassigned = Assign([.. parent.Children.Where(c => c.Pool.Guaranteed > 0)], unassigned, evenly: false);
        Assign([.. parent.Children.Where(c => c.Pool.Guaranteed == 0)], unassigned, evenly: true);

        long owed = parent.Children.Sum(c => Math.Max(0, c.Used - c.Ideal));
        double scale = owed > allowed ? allowed / owed : 1;
        foreach (ReclaimNode child in parent.Children)
        {
            long keeps = Math.Max(child.Ideal, Math.Min(child.Used + child.Pending, child.Pool.Guaranteed));

            // The slack makes up for a scale such as 1/3, whose product with 3 must stay 1.
            child.ToReclaim = (long)((Math.Max(0, child.Used - keeps) * scale) + 1e-9);
            Descend(child, allowed);
        }
    }

    private static long Assign(List<ReclaimNode> pools, long unassigned, bool evenly)
    {
        foreach (ReclaimNode pool in pools)
        {
            pool.Ideal = Math.Min(pool.Used, pool.Pool.Guaranteed) + pool.Untouchable;
            unassigned -= pool.Ideal;
        }

        List<ReclaimNode> asking = pools.FindAll(p => p.Ideal < p.Used + p.Pending);
        while (asking.Count > 0 && unassigned > 0)
        {
            double guarantees = asking.Sum(p => (double)p.Pool.Guaranteed);
            ReclaimNode first = asking.Order(Comparer<ReclaimNode>.Create(CompareNeed)).First();
            List<ReclaimNode> neediest = asking.FindAll(p => CompareNeed(p, first) == 0);
            long assigned = 0;
            foreach (ReclaimNode pool in neediest)
            {
                double part = evenly ? 1.0 / asking.Count : pool.Pool.Guaranteed / guarantees;
                long accepted = pool.Accept(RoundHalfUp(unassigned * part));
                assigned += accepted;

                // Who accepts nothing asks no more.
                if (accepted == 0)
                    pool.Satisfied = true;
            }

            asking.RemoveAll(p => p.Satisfied);
            unassigned -= assigned;
        }

        return unassigned;
    }

    /// <summary>Priority decides between pools on the same side of their guarantee, the ratio in all other cases.</summary>
    private static int CompareNeed(ReclaimNode a, ReclaimNode b)
    {
        bool sameSide = a.Served < 1 == b.Served < 1;
        return sameSide && a.Pool.Priority != b.Pool.Priority
            ? b.Pool.Priority.CompareTo(a.Pool.Priority)
            : Resources.Shares.Compare(a.Served, b.Served);
    }

    private static long RoundHalfUp(double value) => (long)Math.Floor(value + 0.5);
}
