using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Reclaim.Cohorts;

/// <summary>From whom a pool may take back.</summary>
public enum ReclaimFrom
{
    /// <summary>Nobody.</summary>
    Never,

    /// <summary>Whoever has a lower priority than what comes in.</summary>
    LowerPriority,

    /// <summary>Anybody.</summary>
    Any,
}

/// <summary>A node of a cohort tree: a pool that holds leases, or a cohort whose members lend to each other.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Nominal">Its own quota; of a cohort, what it adds to what its members bring.</param>
/// <param name="Parent">The cohort around it; null for a root. A cohort that is only named as a parent exists without a quota.</param>
public sealed record CohortPool(string Name, ResourceVector Nominal, string? Parent = null)
{
    /// <summary>Whether it is a cohort, which holds no leases itself.</summary>
    public bool IsCohort { get; init; }

    /// <summary>Relative right to what is borrowed, 0 or more; who borrows at weight 0 has an infinite share. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>How much it may use beyond its quota; resources left out are unlimited.</summary>
    public IReadOnlyDictionary<string, decimal> BorrowingLimit { get; init; } = new Dictionary<string, decimal>(StringComparer.Ordinal);

    /// <summary>How much of its quota others may use; resources left out are unlimited.</summary>
    public IReadOnlyDictionary<string, decimal> LendingLimit { get; init; } = new Dictionary<string, decimal>(StringComparer.Ordinal);

    /// <summary>From which of its own leases an incoming one may take. Default never.</summary>
    public ReclaimFrom WithinPool { get; init; }

    /// <summary>From which leases of other pools an incoming one may take. Default never.</summary>
    public ReclaimFrom FromOthers { get; init; }
}

/// <summary>Something a pool holds and may lose.</summary>
/// <param name="Name">Breaks the last tie, ordinally.</param>
/// <param name="Pool">Who holds it.</param>
/// <param name="Request">What it takes.</param>
/// <param name="Priority">The lower is taken first.</param>
/// <param name="Since">Since when it is held, any unit: the newer is taken first.</param>
public sealed record Lease(string Name, string Pool, ResourceVector Request, int Priority = 0, long Since = 0);
