using HashBalancer.Allocation.Plans.Migration;
using HashBalancer.Allocation.Policies;

namespace HashBalancer.Allocation.Solving;

/// <summary>How whole nodes are moved. The defaults are those of Hadoop's reclaim where it has the same setting.</summary>
public sealed record AllocatorSettings
{
    /// <summary>
    /// Nothing is taken from a pool for another unless one of them is further than this part off its target, so that small changes
    /// of demand move nothing. Guarantees are exempt. 0 or more, default 0.1.
    /// </summary>
    public double DeadZone { get; init; } = 0.1;

    /// <summary>Part of the available nodes that one round may take from pools for others, at least one node. Above 0, to 1; default 0.1.</summary>
    public double ReclaimPerRound { get; init; } = 0.1;

    /// <summary>How many moves may be under way at once. Default unlimited beside the limits of the pools.</summary>
    public MigrationLimits Limits { get; init; } = MigrationLimits.None;

    /// <summary>Time between draining a node and warming it. 0 or more, default 5 s.</summary>
    public TimeSpan Reassign { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The policies that pools may name. Default those of the library.</summary>
    public PolicyCatalog Policies { get; init; } = PolicyCatalog.Default;

    /// <exception cref="ArgumentOutOfRangeException">Names the value.</exception>
    internal AllocatorSettings Checked()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(DeadZone);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ReclaimPerRound);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ReclaimPerRound, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Reassign, TimeSpan.Zero);
        return this;
    }
}
