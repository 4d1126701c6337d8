using HashBalancer.Allocation.Policies.Drf;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Audit;

/// <summary>Whether an allocation has the properties by which sharing policies are judged (Ghodsi et al., NSDI 2011, section 3).</summary>
/// <param name="Feasible">No resource is used beyond what there is, and no pool holds more than it asked for.</param>
/// <param name="ParetoEfficient">No unsatisfied pool could run more on what is free.</param>
/// <param name="SharingIncentive">No unsatisfied pool would run more on its weight's part of every resource.</param>
/// <param name="EnvyFree">No unsatisfied pool would run more on another's bundle, scaled by their weights.</param>
public sealed record FairnessReport(bool Feasible, bool ParetoEfficient, bool SharingIncentive, bool EnvyFree);

/// <summary>Judges allocations, whoever made them. Pools that have all they asked for never complain.</summary>
public static class FairnessAudit
{
    /// <summary>Rounding that is not held against an allocation, relative.</summary>
    private const double Slack = 1e-9;

    /// <summary>Judges a number of tasks for every claim.</summary>
    /// <param name="capacity">What there is.</param>
    /// <param name="claims">Demands, weights and ceilings; floors are not looked at.</param>
    /// <param name="tasks">In the order of the claims.</param>
    public static FairnessReport Judge(ResourceVector capacity, IReadOnlyList<DrfClaim> claims, IReadOnlyList<double> tasks)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentNullException.ThrowIfNull(tasks);
        double[] used = new double[capacity.Resources.Count];
        bool feasible = true;
        for (int i = 0; i < claims.Count; i++)
        {
            feasible &= tasks[i] >= 0 && tasks[i] <= claims[i].Ceiling * (1 + Slack);
            for (int r = 0; r < used.Length; r++)
                used[r] += tasks[i] * claims[i].Demand.Thousandths[r];
        }

        for (int r = 0; r < used.Length; r++)
            feasible &= used[r] <= capacity.Thousandths[r] * (1 + Slack);

        bool pareto = true, incentive = true, envyFree = true;
        double weights = claims.Sum(c => c.Weight);
        for (int i = 0; i < claims.Count; i++)
        {
            if (tasks[i] >= claims[i].Ceiling * (1 - Slack))
                continue;
            pareto &= !CouldGrow(claims[i], capacity, used);
            incentive &= !Better(Runnable(claims[i], capacity, claims[i].Weight / weights), tasks[i]);
            for (int j = 0; j < claims.Count; j++)
                envyFree &= j == i || !Better(Runnable(claims[i], claims[j].Demand, tasks[j] * claims[i].Weight / claims[j].Weight), tasks[i]);
        }

        return new FairnessReport(feasible, pareto, incentive, envyFree);
    }

    /// <summary>Tasks of a pool's true demand that fit in a bundle that was given for another demand.</summary>
    public static double Runnable(DrfClaim claim, ResourceVector bundle, double times)
    {
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(bundle);
        double tasks = claim.Ceiling;
        for (int r = 0; r < bundle.Resources.Count; r++)
        {
            if (claim.Demand.Thousandths[r] > 0)
                tasks = Math.Min(tasks, bundle.Thousandths[r] * times / claim.Demand.Thousandths[r]);
        }

        return tasks;
    }

    private static bool Better(double other, double own) => other > own * (1 + Slack) + Slack;

    private static bool CouldGrow(DrfClaim claim, ResourceVector capacity, double[] used)
    {
        for (int r = 0; r < used.Length; r++)
        {
            if (claim.Demand.Thousandths[r] > 0 && used[r] >= capacity.Thousandths[r] * (1 - Slack))
                return false;
        }

        return true;
    }
}
