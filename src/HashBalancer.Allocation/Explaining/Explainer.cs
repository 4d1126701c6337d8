using HashBalancer.Allocation.Solving;
using HashBalancer.Allocation.Solving.Sharing;

namespace HashBalancer.Allocation.Explaining;

/// <summary>Explains an allocation from what it was made of. Marginal effects are computed by dividing again, not estimated.</summary>
internal sealed class Explainer(PoolTree tree, ShareResult shares, double[] total, double[] units, double[] fixedUnits, FleetAllocation allocation)
{
    private const double Slack = 1e-9;

    public PoolExplanation Explain(PoolAllocation pool)
    {
        int index = tree.IndexOf(pool.Pool);
        (BindingLimit limit, string by) = LimitOf(index, pool);
        double guarantee = tree.GuaranteedUnits[index];
        double borrowed = Positive(pool.Target - guarantee);
        double lent = tree.Specs[index].Lendable ? Positive(guarantee - pool.Target) : 0;
        return new PoolExplanation(
            pool,
            limit,
            by,
            borrowed,
            lent,
            borrowed > 0 ? Others(index, p => tree.Specs[p].Lendable ? tree.GuaranteedUnits[p] - shares.Units[p] : 0) : [],
            lent > 0 ? Others(index, p => shares.Units[p] - tree.GuaranteedUnits[p]) : [],
            TargetIn(tree.WithWeight(index, tree.Weights[index] + 1), index) - pool.Target,
            TargetIn(tree.WithMoreGuaranteed(index, 1), index) - pool.Target,
            allocation.Plan.Moves.FirstOrDefault(m => m.Move.From == pool.Pool || m.Move.To == pool.Pool));
    }

    private (BindingLimit Limit, string By) LimitOf(int pool, PoolAllocation numbers)
    {
        if (tree.Specs[pool].Frozen)
            return (BindingLimit.Frozen, "");
        if (numbers.Shortage > 0)
            return allocation.Throttled ? (BindingLimit.RoundLimit, "") : (BindingLimit.NoSuitableNode, "");
        if (numbers.Target >= numbers.Wanted * (1 - Slack))
            return numbers.Wanted < units[pool] * (1 - Slack) ? (BindingLimit.OwnMaximum, FirstResourceAtMaximum(pool)) : (BindingLimit.Satisfied, "");
        if (!tree.SharesLeftovers[pool])
            return (BindingLimit.QueueOrder, StrictQueueAbove(pool));
        int at = shares.UsedUpAt[pool];
        int group = at / tree.Resources;
        string resource = tree.ResourceSet.Names[at % tree.Resources];
        return group == 0 ? (BindingLimit.FleetResource, resource) : (BindingLimit.ParentMaximum, $"{tree.Names[shares.GroupPools![group]]}.{resource}");
    }

    private string FirstResourceAtMaximum(int pool)
    {
        int resource = Enumerable.Range(0, tree.Resources)
            .Where(r => tree.UnitDemand[(pool * tree.Resources) + r] > 0)
            .MinBy(r => tree.Maximum[(pool * tree.Resources) + r] / tree.UnitDemand[(pool * tree.Resources) + r]);
        return tree.ResourceSet.Names[resource];
    }

    /// <summary>The pool whose policy keeps leftovers back; the fleet itself has no name.</summary>
    private string StrictQueueAbove(int pool)
    {
        for (int p = pool; p != PoolTree.NoParent; p = tree.Parent[p])
        {
            if (!tree.PolicyAbove(p).WorkConserving)
                return tree.Parent[p] == PoolTree.NoParent ? "fleet" : tree.Names[tree.Parent[p]];
        }

        return "";
    }

    private LendingPool[] Others(int index, Func<int, double> amount) =>
        [.. Enumerable.Range(0, tree.Count)
            .Where(p => p != index && tree.IsLeaf(p) && Positive(amount(p)) > 0)
            .Select(p => new LendingPool(tree.Names[p], amount(p)))
            .OrderByDescending(l => l.Units)
            .ThenBy(l => l.Pool, StringComparer.Ordinal)];

    private double TargetIn(PoolTree changed, int pool) =>
        new ShareSolver(tree.Resources).Solve(changed, total, units, fixedUnits).Units[pool];

    /// <summary>Differences that are rounding are none.</summary>
    private static double Positive(double difference) => difference > Slack ? difference : 0;
}
