using System.Collections.Immutable;

namespace HashBalancer.Control;

/// <summary>All that one publication is made of, as it stood at one moment.</summary>
internal sealed record PublicationInput
{
    /// <summary>Every pool that there is to be; names are compared without regard to case, here and below.</summary>
    public required HashSet<string> Names { get; init; }

    /// <summary>What is new of pools; null for one that is only to be looked at again.</summary>
    public required Dictionary<string, PoolChange?> Changes { get; init; }

    /// <summary>The latest assignments, also of pools that are not there yet.</summary>
    public required Dictionary<string, PoolAssignment> Assignments { get; init; }

    /// <summary>Ids of nodes that drain, by pool.</summary>
    public required ImmutableDictionary<string, ImmutableHashSet<string>> Drained { get; init; }

    /// <summary>See <see cref="SnapshotPublisher.SetSlowStarts"/>.</summary>
    public required IReadOnlyDictionary<string, TimeSpan> SlowStarts { get; init; }

    /// <summary>See <see cref="SnapshotPublisher.SetHandOverTime"/>.</summary>
    public required TimeSpan HandOverTime { get; init; }

    /// <summary>See <see cref="SnapshotPublisher.SetOrders"/>.</summary>
    public required OrderBook Orders { get; init; }

    /// <summary>See <see cref="SnapshotPublisher.SetFleet"/>.</summary>
    public required FleetMap Fleet { get; init; }

    /// <summary>What is wanted of a pool's nodes besides what the registry says.</summary>
    public LifePlan PlanOf(string pool) =>
        new(DrainedOf(Drained, pool), SlowStarts.GetValueOrDefault(pool), Orders.WeightsOf(pool), HandOverTime) { Fleet = Fleet };

    public static ImmutableHashSet<string> DrainedOf(ImmutableDictionary<string, ImmutableHashSet<string>> drained, string pool) =>
        drained.GetValueOrDefault(pool, ImmutableHashSet.Create<string>(StringComparer.Ordinal));
}
