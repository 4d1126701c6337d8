using HashBalancer.Allocation.Policies.Filling;

namespace HashBalancer.Allocation.Policies.Fair;

/// <summary>Weighted max-min fairness over one divisible resource.</summary>
/// <remarks>
/// <para>share = clamp(R × weight, floor, ceiling), where R makes the sum equal to the capacity or to the sum of the ceilings,
/// whichever is less. The rule is that of Hadoop's FairScheduler (ComputeFairShares), which approaches R by bisection; here R is
/// found exactly, at the last breakpoint, in O(n log n).</para>
/// <para>Floors above the capacity are served by priority, and inside one priority in proportion to the floor.</para>
/// </remarks>
public static class MaxMinFairness
{
    /// <summary>Divides the capacity.</summary>
    /// <param name="capacity">0 or more.</param>
    /// <param name="claims">Any order; it decides nothing.</param>
    /// <exception cref="ArgumentException">A number is negative or not a number.</exception>
    public static FairDivision Divide(double capacity, IReadOnlyList<FairClaim> claims)
    {
        ArgumentNullException.ThrowIfNull(claims);
        if (!(capacity >= 0))
            throw new ArgumentException($"The capacity is {capacity}; it must be 0 or more.", nameof(capacity));
        var filling = new ProgressiveFilling(resources: 1);
        filling.Reset(claims.Count);
        filling.Limit[0] = capacity;
        for (int i = 0; i < claims.Count; i++)
        {
            FairClaim claim = claims[i];
            if (!(claim.Weight >= 0 && claim.Floor >= 0 && claim.Ceiling >= 0))
                throw new ArgumentException($"Claim '{claim.Name}' has weight {claim.Weight}, floor {claim.Floor}, ceiling {claim.Ceiling}; all must be 0 or more.", nameof(claims));
            filling.Use[i] = 1;
            filling.Speed[i] = claim.Weight;
            filling.Ceiling[i] = claim.Ceiling;
            filling.Floor[i] = Math.Min(claim.Floor, claim.Ceiling);
        }

        bool infeasible = Floors.CutToCapacity(capacity, filling.Floor.AsSpan(0, claims.Count), [.. claims.Select(c => c.Priority)]);
        filling.Run();
        filling.RunForZeroWeights(static _ => 1);
        double[] shares = filling.Units[..claims.Count];
        return new FairDivision(shares, Math.Max(0, filling.Remaining[0]), infeasible);
    }
}
