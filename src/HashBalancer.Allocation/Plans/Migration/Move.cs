namespace HashBalancer.Allocation.Plans.Migration;

/// <summary>A node that changes its pool, in three steps that follow each other.</summary>
/// <param name="Node">The node, unique in a plan.</param>
/// <param name="From">The pool it leaves when the move starts; null for a node that is free.</param>
/// <param name="To">The pool it joins when the move ends; null for a node that becomes free.</param>
/// <param name="Drain">Until its last request of the old pool has ended.</param>
/// <param name="Reassign">Until it runs the new pool's service.</param>
/// <param name="Warm">Until it may be counted on.</param>
/// <param name="Zone">Its zone.</param>
public sealed record Move(string Node, string? From, string? To, TimeSpan Drain, TimeSpan Reassign, TimeSpan Warm, string Zone = "")
{
    /// <summary>From start to end.</summary>
    public TimeSpan Duration => Drain + Reassign + Warm;
}

/// <summary>What a plan must know of a pool.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Nodes">Nodes it has now.</param>
public sealed record MigrationPool(string Name, int Nodes)
{
    /// <summary>No move starts that would leave it fewer nodes. Default 0.</summary>
    public int MinAvailable { get; init; }

    /// <summary>How many of its nodes may be under way to another pool at once; 1 or more. Default unlimited.</summary>
    public int MaxUnavailable { get; init; } = int.MaxValue;

    /// <summary>Moves to a pool of higher priority start first. Default 0.</summary>
    public int Priority { get; init; }
}

/// <summary>How many moves may be under way at once; each 1 or more.</summary>
/// <param name="Total">In the whole fleet. Default unlimited.</param>
/// <param name="PerZone">Of nodes of one zone. Default unlimited.</param>
public sealed record MigrationLimits(int Total = int.MaxValue, int PerZone = int.MaxValue)
{
    /// <summary>No limits beside those of the pools.</summary>
    public static MigrationLimits None { get; } = new();
}

/// <summary>A move with its time.</summary>
/// <param name="Move">The move.</param>
/// <param name="Start">When it starts, from the start of the plan.</param>
public sealed record PlannedMove(Move Move, TimeSpan Start)
{
    /// <summary>When the node joins its new pool.</summary>
    public TimeSpan End => Start + Move.Duration;
}

/// <summary>Moves in time.</summary>
/// <param name="Moves">The moves that start, by start, then by the order in which they were considered.</param>
/// <param name="Considered">All moves in the order in which they are considered at every instant.</param>
/// <param name="Finish">When the last has ended; zero for a plan without moves.</param>
/// <param name="Blocked">Moves that can never start, because the pools that must give first cannot spare a node.</param>
/// <param name="LowestAvailable">The fewest nodes that every pool has at any time, by pool.</param>
/// <param name="LowerBound">What no order of the same moves can beat.</param>
public sealed record MigrationPlan(
    IReadOnlyList<PlannedMove> Moves,
    IReadOnlyList<Move> Considered,
    TimeSpan Finish,
    IReadOnlyList<Move> Blocked,
    IReadOnlyDictionary<string, int> LowestAvailable,
    TimeSpan LowerBound);
