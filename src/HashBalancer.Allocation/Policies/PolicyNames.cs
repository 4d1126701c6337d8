namespace HashBalancer.Allocation.Policies;

/// <summary>The names of the policies that come with the library.</summary>
public static class PolicyNames
{
    /// <summary>First come, first served; nobody overtakes, and what the first unserved pool leaves stays idle.</summary>
    public const string Fifo = "fifo";

    /// <summary>First come, first served; later pools use what earlier ones leave.</summary>
    public const string FifoBackfill = "fifo-backfill";

    /// <summary>Highest priority first; nobody overtakes.</summary>
    public const string Priority = "priority";

    /// <summary>Highest priority first; lower ones use what higher ones leave.</summary>
    public const string PriorityBackfill = "priority-backfill";

    /// <summary>Weighted max-min fairness, resource by resource.</summary>
    public const string Fair = "fair";

    /// <summary>Guarantees with elastic lending, resource by resource.</summary>
    public const string Capacity = "capacity";

    /// <summary>Weighted Dominant Resource Fairness.</summary>
    public const string Drf = "drf";
}
