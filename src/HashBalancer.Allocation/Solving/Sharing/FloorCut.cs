using HashBalancer.Allocation.Policies;
using HashBalancer.Allocation.Policies.Filling;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Solving.Sharing;

/// <summary>What becomes of the floors of a level that its capacity cannot hold, as after nodes have failed.</summary>
internal sealed class FloorCut(int resources, ProgressiveFilling filling)
{
    /// <summary>
    /// Floors that do not fit are cut, class by class of priority; inside one all grow from nothing in proportion, and who needs
    /// what is used up stops first.
    /// </summary>
    public void Apply(LevelInputs inputs, ReadOnlySpan<double> capacity, int first, int count, ShareResult result)
    {
        if (FloorsFit(inputs, capacity, first, count))
            return;
        result.InfeasibleGuarantees = true;
        Span<double> left = stackalloc double[ResourceSet.MaximumCount];
        capacity.CopyTo(left);
        foreach (int priority in inputs.Priorities.AsSpan(first, count).ToArray().Distinct().OrderDescending())
        {
            filling.Reset(count);
            left[..resources].CopyTo(filling.Limit);
            for (int i = 0; i < count; i++)
            {
                if (inputs.Priorities[first + i] != priority)
                    continue;
                filling.Speed[i] = 1;
                filling.Ceiling[i] = 1;
                for (int r = 0; r < resources; r++)
                    filling.Use[(i * resources) + r] = inputs.Floors[((first + i) * resources) + r];
            }

            filling.Run();
            for (int i = 0; i < count; i++)
            {
                if (inputs.Priorities[first + i] != priority)
                    continue;
                result.GuaranteeCut[first + i] |= filling.Units[i] < 1;
                for (int r = 0; r < resources; r++)
                    inputs.Floors[((first + i) * resources) + r] *= filling.Units[i];
            }

            for (int r = 0; r < resources; r++)
                left[r] = Math.Max(0, filling.Remaining[r]);
        }
    }

    private bool FloorsFit(LevelInputs inputs, ReadOnlySpan<double> capacity, int first, int count)
    {
        for (int r = 0; r < resources; r++)
        {
            double sum = 0;
            for (int i = first; i < first + count; i++)
                sum += inputs.Floors[(i * resources) + r];
            if (sum > capacity[r] * (1 + ShareSolver.Slack))
                return false;
        }

        return true;
    }
}
