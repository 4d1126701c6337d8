using HashBalancer.Allocation.Explaining;

namespace HashBalancer.Control;

/// <summary>How the fleet is divided, and why: what the leader shows, the same at every gateway.</summary>
public sealed record AllocationState
{
    /// <summary>Whether nodes change their pools as planned.</summary>
    public AllocationMode Mode { get; init; }

    /// <summary>Whether an operator has frozen the fleet: moves under way end, no other begins.</summary>
    public bool Frozen { get; init; }

    /// <summary>The epoch in force; 0 before the first.</summary>
    public long Epoch { get; init; }

    /// <summary>Who decided.</summary>
    public string? Leader { get; init; }

    /// <summary>When this was shown.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Gateways whose reports count.</summary>
    public int Gateways { get; init; }

    /// <summary>Why nothing moves that would; null when that is not so.</summary>
    public string? Hold { get; init; }

    /// <summary>Why no division could be made; null when one was.</summary>
    public string? Fault { get; init; }

    /// <summary>The fleet as a whole.</summary>
    public FleetFigures Fleet { get; init; } = new(0, 0, 0);

    /// <summary>Every pool that is sized, in order of name.</summary>
    public IReadOnlyList<PoolState> Pools { get; init; } = [];

    /// <summary>Every node of the fleet, in order of id.</summary>
    public IReadOnlyList<FleetNodeState> Nodes { get; init; } = [];

    /// <summary>Moves that are to come.</summary>
    public IReadOnlyList<WaitingMove> Waiting { get; init; } = [];
}

/// <summary>The fleet as a whole, in nodes.</summary>
/// <param name="Nodes">Registered.</param>
/// <param name="Available">That could serve.</param>
/// <param name="Free">Of these, that serve no pool.</param>
public sealed record FleetFigures(int Nodes, int Available, int Free);

/// <summary>One pool of the fleet. Units are those of its demand: nodes, if nothing else is configured.</summary>
/// <param name="Name">The pool's name.</param>
/// <param name="Parent">The group above it; null at the top.</param>
/// <param name="Weight">Relative right among its siblings.</param>
/// <param name="Priority">The higher is served first where the policy looks at it.</param>
/// <param name="Guarantee">Units that it gets whenever it asks for them.</param>
/// <param name="Ceiling">Units that it never holds more of; null: as many as there are.</param>
/// <param name="Demand">Units that it wants.</param>
/// <param name="Target">Units that it is due; null when no division could be made.</param>
/// <param name="Assigned">Nodes that serve it or are on their way to it.</param>
/// <param name="Serving">Nodes that serve it.</param>
/// <param name="Arriving">Nodes on their way to it.</param>
/// <param name="Leaving">Nodes on their way out of it.</param>
/// <param name="Shortage">Units that it is due and has no node for.</param>
/// <param name="IsStale">Whether its traffic is not known at present, so that it keeps what it has.</param>
/// <param name="IsFrozen">Whether it keeps what it has because somebody said so.</param>
/// <param name="IsReclaimable">Whether nodes may be taken from it for others.</param>
/// <param name="Limit">What keeps it from more.</param>
/// <param name="LimitedBy">The pool or resource of the limit.</param>
/// <param name="Reason">Why it has what it has, for people.</param>
/// <param name="Sizing">How the demand came about; null while its traffic is not known.</param>
/// <param name="Traffic">What was measured; null while it is not known.</param>
/// <param name="Borrowed">Units beyond its guarantee.</param>
/// <param name="Lent">Units of its guarantee that others may use.</param>
/// <param name="Lenders">Who leaves guarantee unused while it borrows.</param>
/// <param name="Borrowers">Who uses more than its guarantee while it lends.</param>
/// <param name="NextMove">The first move from or to it that is to come.</param>
public sealed record PoolState(
    string Name, string? Parent, double Weight, int Priority, double Guarantee, double? Ceiling, double Demand, double? Target,
    int Assigned, int Serving, int Arriving, int Leaving, double Shortage, bool IsStale, bool IsFrozen, bool IsReclaimable,
    BindingLimit? Limit, string? LimitedBy, string Reason, PoolNeed? Sizing, PoolTraffic? Traffic,
    double Borrowed, double Lent, IReadOnlyList<LendingPool> Lenders, IReadOnlyList<LendingPool> Borrowers, WaitingMove? NextMove);

/// <summary>One node of the fleet.</summary>
/// <param name="Node">Its id.</param>
/// <param name="Available">Whether it could serve.</param>
/// <param name="Zone">Its zone; empty when it names none.</param>
/// <param name="Capacity">What it has of every resource.</param>
/// <param name="Lease">Which pool it serves.</param>
/// <param name="Agent">What its agent says; null while it has said nothing.</param>
public sealed record FleetNodeState(string Node, bool Available, string Zone, IReadOnlyDictionary<string, decimal> Capacity, FleetLease Lease, AgentReport? Agent);

/// <summary>An epoch with what it was decided by.</summary>
/// <param name="Number">The epoch.</param>
/// <param name="Leader">Who decided.</param>
/// <param name="Input">By what.</param>
/// <param name="Changed">What changed.</param>
/// <param name="Division">The division, as <see cref="Allocation.Solving.FleetAllocation.ToCanonicalText"/> has it; null when none could be made.</param>
public sealed record RecordedEpoch(long Number, string Leader, FleetInput Input, IReadOnlyList<FleetLease> Changed, string? Division);
