using HashBalancer.Allocation.Policies.Filling;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Policies.Drf;

/// <summary>
/// Weighted Dominant Resource Fairness with divisible tasks (Ghodsi et al., "Dominant Resource Fairness: Fair Allocation of
/// Multiple Resource Types", NSDI 2011).
/// </summary>
/// <remarks>
/// <para>tasks(t) = clamp(weight × t / s, floor, ceiling) with s the dominant share of one task; t rises until every pool is at its
/// ceiling or needs a resource that is used up. Without floors the result has sharing incentive, is envy-free, strategy-proof and
/// Pareto-efficient; with floors the first three hold only for what lies beyond them.</para>
/// <para>Floors that do not fit together are all scaled by one factor. O(n log n + n × resources).</para>
/// </remarks>
public static class DominantResourceFairness
{
    /// <summary>Divides the capacity.</summary>
    /// <param name="capacity">What there is.</param>
    /// <param name="claims">Any order; it decides nothing.</param>
    /// <exception cref="ArgumentException">A number is negative or not a number, a ceiling is below its floor, or a demand is zero.</exception>
    public static DrfDivision Divide(ResourceVector capacity, IReadOnlyList<DrfClaim> claims)
    {
        ArgumentNullException.ThrowIfNull(capacity);
        ArgumentNullException.ThrowIfNull(claims);
        int resources = capacity.Resources.Count;
        var filling = new ProgressiveFilling(resources);
        filling.Reset(claims.Count);
        for (int r = 0; r < resources; r++)
            filling.Limit[r] = capacity.Thousandths[r];
        double[] steps = new double[claims.Count];
        for (int i = 0; i < claims.Count; i++)
        {
            DrfClaim claim = Checked(claims[i]);
            steps[i] = claim.Demand.DominantShareOf(capacity, out _);
            filling.Speed[i] = double.IsPositiveInfinity(steps[i]) ? 0 : claim.Weight / steps[i];
            filling.Floor[i] = claim.Floor;
            filling.Ceiling[i] = claim.Ceiling;
            for (int r = 0; r < resources; r++)
                filling.Use[(i * resources) + r] = claim.Demand.Thousandths[r];
        }

        bool infeasible = ScaleFloors(filling, resources);
        filling.Run();
        filling.RunForZeroWeights(i => double.IsPositiveInfinity(steps[i]) ? 0 : 1 / steps[i]);
        return Result(capacity, claims, filling, steps, infeasible);
    }

    private static DrfClaim Checked(DrfClaim claim)
    {
        if (!(claim.Weight >= 0 && claim.Floor >= 0 && claim.Ceiling >= claim.Floor && double.IsFinite(claim.Weight)))
            throw new ArgumentException($"Claim '{claim.Name}' has weight {claim.Weight}, floor {claim.Floor}, ceiling {claim.Ceiling}; all must be 0 or more, and the ceiling not below the floor.", nameof(claim));
        return claim.Demand.IsZero ? throw new ArgumentException($"Claim '{claim.Name}' demands nothing.", nameof(claim)) : claim;
    }

    private static bool ScaleFloors(ProgressiveFilling filling, int resources)
    {
        double factor = 1;
        for (int r = 0; r < resources; r++)
        {
            double sum = 0;
            for (int i = 0; i < filling.Count; i++)
                sum += filling.Floor[i] * filling.Use[(i * resources) + r];
            if (sum > filling.Limit[r] * (1 + Resources.Shares.Tolerance))
                factor = Math.Min(factor, filling.Limit[r] / sum);
        }

        for (int i = 0; factor < 1 && i < filling.Count; i++)
            filling.Floor[i] *= factor;
        return factor < 1;
    }

    private static DrfDivision Result(ResourceVector capacity, IReadOnlyList<DrfClaim> claims, ProgressiveFilling filling, double[] steps, bool infeasible)
    {
        ResourceSet set = capacity.Resources;
        var shares = new DrfShare[claims.Count];
        double[] used = new double[set.Count];
        for (int i = 0; i < shares.Length; i++)
        {
            double tasks = filling.Units[i];
            claims[i].Demand.DominantShareOf(capacity, out int dominant);
            shares[i] = new DrfShare(claims[i].Name, tasks, tasks == 0 ? 0 : tasks * steps[i], set.Names[dominant]);
            for (int r = 0; r < used.Length; r++)
                used[r] += tasks * claims[i].Demand.Thousandths[r] / Quantity.Scale;
        }

        string[] usedUp = [.. set.Names.Where((_, r) => filling.IsUsedUp(r))];
        return new DrfDivision(shares, used, usedUp, infeasible);
    }
}
