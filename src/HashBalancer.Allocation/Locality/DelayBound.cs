namespace HashBalancer.Allocation.Locality;

/// <summary>How many offers a job must let pass to reach a wanted locality (Zaharia et al., "Delay Scheduling", EuroSys 2010, 4.1).</summary>
public static class DelayBound
{
    /// <summary>The fewest skips: D ≥ −(nodes / replicas) × ln((1 − locality) × tasks / (1 + (1 − locality) × tasks)).</summary>
    /// <param name="nodes">Nodes of the fleet, 1 or more.</param>
    /// <param name="replicas">On how many nodes a task's data lies, 1 or more.</param>
    /// <param name="tasks">Tasks of the job, 1 or more.</param>
    /// <param name="locality">The part of tasks that shall run where their data lies; 0 to below 1.</param>
    public static int MinimumSkips(int nodes, int replicas, int tasks, double locality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(tasks, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(locality);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(locality, 1);
        double missed = (1 - locality) * tasks;
        return (int)Sizing.WholeNumber.Up((double)nodes / replicas * Math.Log((1 + missed) / missed));
    }

    /// <summary>The mean wait that so many skips cost, as a part of a task's mean duration: skips / (nodes × slots of a node).</summary>
    public static double WaitInTaskDurations(int skips, int nodes, int slotsPerNode)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(skips);
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(slotsPerNode, 1);
        return (double)skips / ((double)nodes * slotsPerNode);
    }
}
