using HashBalancer.Allocation.Plans.Migration;
using HashBalancer.Allocation.Solving;

namespace HashBalancer.Allocation.Explaining;

/// <summary>What keeps a pool from more.</summary>
public enum BindingLimit
{
    /// <summary>Nothing: it has what it asked for.</summary>
    Satisfied,

    /// <summary>It is frozen and keeps what it has.</summary>
    Frozen,

    /// <summary>Its own maximum, which is below what it asked for.</summary>
    OwnMaximum,

    /// <summary>The maximum of a pool above it.</summary>
    ParentMaximum,

    /// <summary>A resource of which the fleet has nothing left.</summary>
    FleetResource,

    /// <summary>A queue above that serves others first and lets nobody overtake.</summary>
    QueueOrder,

    /// <summary>It is due more, but no node that it may have is free or may be taken.</summary>
    NoSuitableNode,

    /// <summary>It is due more, and gets it in a later round: this one may not take more nodes.</summary>
    RoundLimit,
}

/// <summary>A pool that takes part in lending.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Units">Units of its own demand that it leaves unused of its guarantee, or has beyond it.</param>
public sealed record LendingPool(string Pool, double Units);

/// <summary>Why a pool got what it got.</summary>
/// <param name="Allocation">The numbers that are explained.</param>
/// <param name="Limit">What keeps it from more.</param>
/// <param name="LimitedBy">The pool or resource of the limit; empty where there is none.</param>
/// <param name="Borrowed">Units that it is due beyond its guarantee.</param>
/// <param name="Lent">Units of its guarantee that it does not use and others may.</param>
/// <param name="Lenders">Pools that leave some of their guarantee unused while this one borrows, the largest first.</param>
/// <param name="Borrowers">Pools that are due more than their guarantee while this one lends, the largest first.</param>
/// <param name="PerUnitOfWeight">By how many units its target changes if its weight grows by 1.</param>
/// <param name="PerUnitOfGuarantee">By how many units its target changes if it is guaranteed one unit more.</param>
/// <param name="NextMove">The first planned move from or to it; null when there is none.</param>
public sealed record PoolExplanation(
    PoolAllocation Allocation,
    BindingLimit Limit,
    string LimitedBy,
    double Borrowed,
    double Lent,
    IReadOnlyList<LendingPool> Lenders,
    IReadOnlyList<LendingPool> Borrowers,
    double PerUnitOfWeight,
    double PerUnitOfGuarantee,
    PlannedMove? NextMove);
