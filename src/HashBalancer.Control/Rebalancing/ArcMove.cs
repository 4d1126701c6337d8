using System.Collections.Immutable;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>Why an arc moves.</summary>
public enum ArcMoveReason
{
    /// <summary>Its owner was the busiest, or the one that takes it the idlest.</summary>
    Balance,

    /// <summary>It went back to the node that owns it by points: nothing is gained any more by having it elsewhere.</summary>
    Return,

    /// <summary>Its owner drains and is to leave: its keys' caches fill elsewhere, step by step, while it still serves the others.</summary>
    HandOver,
}

/// <summary>One stretch of the key space that changes its owner.</summary>
/// <param name="First">Its first position.</param>
/// <param name="Last">Its last position.</param>
/// <param name="From">The ServiceID of the node that owned it.</param>
/// <param name="To">The ServiceID of the node that owns it next.</param>
/// <param name="Rate">Its requests per second when the move was planned.</param>
/// <param name="Reason">Why.</param>
public sealed record ArcMove(uint First, uint Last, string From, string To, double Rate, ArcMoveReason Reason)
{
    /// <summary>Its part of the key space.</summary>
    public double Share => RingArc.ShareOf(First, Last);
}

/// <summary>What one plan moves in one pool, and what it is expected to do.</summary>
/// <param name="Moves">The moves, in the order they were chosen.</param>
/// <param name="Overrides">All overrides of the pool after it, in order of position.</param>
/// <param name="Busiest">The busiest node's utilisation over the mean, as measured.</param>
/// <param name="PredictedBusiest">The same after the moves, if load stays as it is.</param>
public sealed record RebalancePlan(ImmutableArray<ArcMove> Moves, ImmutableArray<RingOverride> Overrides, double Busiest, double PredictedBusiest)
{
    /// <summary>The keys that all gateways share among several nodes; null: each decides by itself.</summary>
    public ImmutableArray<SharedKey>? HotKeys { get; init; }

    /// <summary>The part of the key space that changes its owner.</summary>
    public double MovedShare => Moves.Sum(move => move.Share);
}
