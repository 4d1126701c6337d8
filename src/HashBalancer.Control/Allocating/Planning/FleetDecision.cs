using HashBalancer.Allocation.Solving;

namespace HashBalancer.Control;

/// <summary>What a round decided.</summary>
/// <param name="Leases">All leases, by node.</param>
/// <param name="Changed">Those that changed; their epoch is the next one.</param>
/// <param name="Allocation">The division that the decision follows; null when none could be made.</param>
/// <param name="Waiting">Moves that are to come, in order.</param>
/// <param name="Fault">Why no division could be made; null when one was.</param>
public sealed record FleetDecision(
    IReadOnlyList<FleetLease> Leases, IReadOnlyList<FleetLease> Changed, FleetAllocation? Allocation, IReadOnlyList<WaitingMove> Waiting, string? Fault);

/// <summary>A move that has not begun.</summary>
/// <param name="Node">The node.</param>
/// <param name="From">The pool that it leaves; null: it is free.</param>
/// <param name="To">The pool that it goes to; null: it becomes free.</param>
/// <param name="Reason">What it waits for.</param>
public sealed record WaitingMove(string Node, string? From, string? To, string Reason);
