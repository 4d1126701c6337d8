using HashBalancer.Allocation.Policies.Filling;

namespace HashBalancer.Allocation.Policies.Drf;

/// <summary>Weighted Dominant Resource Fairness between the pools of a level (<see cref="DominantResourceFairness"/>).</summary>
/// <remarks>
/// A pool's share moves from its floor straight towards what it wants. Its level starts at the dominant share of the floor and
/// grows by the dominant share of what is added, which for a leaf is exactly its dominant share.
/// </remarks>
internal sealed class DrfPolicy : IAllocationPolicy
{
    public string Name => PolicyNames.Drf;

    public bool WorkConserving => true;

    public void Divide(PolicyLevel level)
    {
        ProgressiveFilling filling = level.Scratch.Vector;
        filling.Reset(level.Count);
        filling.FloorsAreCharged = false;
        level.Capacity.CopyTo(filling.Limit);
        Span<double> spans = level.Scratch.Numbers(level.Count);
        for (int i = 0; i < level.Count; i++)
            spans[i] = Prepare(level, filling, i);

        filling.Run();
        filling.RunForZeroWeights(static _ => 1);
        for (int i = 0; i < level.Count; i++)
        {
            if (spans[i] <= 0)
                continue;
            double grown = filling.Units[i] >= filling.Ceiling[i] ? 1 : (filling.Units[i] - DominantShare(level.FloorOf(i), level.Total)) / spans[i];
            for (int r = 0; r < level.Resources; r++)
                level.ShareOf(i)[r] = level.FloorOf(i)[r] + (grown * (level.WantedBy(i)[r] - level.FloorOf(i)[r]));
        }
    }

    /// <summary>Returns the dominant share of what a pool wants beyond its floor; 0 when it cannot grow.</summary>
    private static double Prepare(PolicyLevel level, ProgressiveFilling filling, int i)
    {
        double span = 0;
        for (int r = 0; r < level.Resources; r++)
        {
            double residual = level.WantedBy(i)[r] - level.FloorOf(i)[r];
            filling.Limit[r] -= level.FloorOf(i)[r];
            if (residual > 0)
                span = Math.Max(span, residual / level.Total[r]);
        }

        double start = DominantShare(level.FloorOf(i), level.Total);
        filling.Floor[i] = start;
        filling.Ceiling[i] = start;
        if (span <= 0 || double.IsPositiveInfinity(span))
            return 0;
        filling.Ceiling[i] = start + span;
        filling.Speed[i] = level.Weights[i];
        for (int r = 0; r < level.Resources; r++)
            filling.Use[(i * level.Resources) + r] = (level.WantedBy(i)[r] - level.FloorOf(i)[r]) / span;
        return span;
    }

    private static double DominantShare(ReadOnlySpan<double> amounts, ReadOnlySpan<double> total)
    {
        double share = 0;
        for (int r = 0; r < amounts.Length; r++)
        {
            if (amounts[r] > 0)
                share = Math.Max(share, amounts[r] / total[r]);
        }

        return share;
    }
}
