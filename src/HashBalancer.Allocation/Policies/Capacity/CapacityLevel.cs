using HashBalancer.Allocation.Policies.Fair;
using HashBalancer.Allocation.Policies.Filling;

namespace HashBalancer.Allocation.Policies.Capacity;

/// <summary>One resource of one tree level under the capacity policy.</summary>
/// <remarks>
/// Guarantees are served first, as far as they are asked for. What is left goes to the least utilised pool (share / guarantee),
/// which in the limit is a water level with weight = guarantee; priority decides only between pools that have their guarantee.
/// Pools without a guarantee come last, in equal parts (Hadoop CapacityScheduler, PriorityUtilizationQueueOrderingPolicy).
/// </remarks>
internal static class CapacityLevel
{
    /// <summary>Divides an amount.</summary>
    /// <param name="filling">A kernel over one resource.</param>
    /// <param name="capacity">What there is.</param>
    /// <param name="guarantees">0 or more.</param>
    /// <param name="wanted">What a pool asks for, capped by its maximum.</param>
    /// <param name="priorities">The higher is served first.</param>
    /// <param name="shares">The result.</param>
    /// <returns>Whether the guarantees asked for exceeded the capacity and were cut by priority.</returns>
    public static bool Divide(ProgressiveFilling filling, double capacity, ReadOnlySpan<double> guarantees, ReadOnlySpan<double> wanted, ReadOnlySpan<int> priorities, Span<double> shares)
    {
        for (int i = 0; i < shares.Length; i++)
            shares[i] = Math.Min(guarantees[i], wanted[i]);
        bool infeasible = Floors.CutToCapacity(capacity, shares, priorities);
        Raise(filling, capacity, guarantees, wanted, priorities, shares);
        return infeasible;
    }

    /// <summary>Divides what is left when every pool has its floor: <paramref name="shares"/> holds the floors and becomes the result.</summary>
    public static void Raise(ProgressiveFilling filling, double capacity, ReadOnlySpan<double> guarantees, ReadOnlySpan<double> wanted, ReadOnlySpan<int> priorities, Span<double> shares)
    {
        double left = capacity;
        foreach (double share in shares)
            left -= share;
        int[] classes = [.. priorities.ToArray().Distinct().OrderDescending()];
        for (int pass = 0; pass < 2; pass++)
        {
            bool guaranteed = pass == 0;
            foreach (int priority in classes)
            {
                if (left <= capacity * Resources.Shares.Tolerance)
                    return;
                left -= RaiseClass(filling, left, priority, guaranteed, guarantees, wanted, priorities, shares);
            }
        }
    }

    private static double RaiseClass(ProgressiveFilling filling, double left, int priority, bool guaranteed, ReadOnlySpan<double> guarantees, ReadOnlySpan<double> wanted, ReadOnlySpan<int> priorities, Span<double> shares)
    {
        filling.Reset(shares.Length);
        filling.FloorsAreCharged = false;
        filling.Limit[0] = left;
        for (int i = 0; i < shares.Length; i++)
        {
            filling.Use[i] = 1;
            filling.Floor[i] = shares[i];
            filling.Ceiling[i] = Math.Max(shares[i], wanted[i]);
            if (priorities[i] == priority && guarantees[i] > 0 == guaranteed)
                filling.Speed[i] = guaranteed ? guarantees[i] : 1;
        }

        filling.Run();
        double raised = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            raised += filling.Units[i] - shares[i];
            shares[i] = filling.Units[i];
        }

        return raised;
    }
}
