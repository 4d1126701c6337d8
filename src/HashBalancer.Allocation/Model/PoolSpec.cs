namespace HashBalancer.Allocation.Model;

/// <summary>A pool as it is declared: a leaf, which nodes serve, or a parent that divides what it gets among its children.</summary>
/// <param name="Name">Unique, not empty.</param>
public sealed record PoolSpec(string Name)
{
    private static readonly IReadOnlyDictionary<string, decimal> Nothing = new Dictionary<string, decimal>(StringComparer.Ordinal);

    /// <summary>The pool above it; null at the top.</summary>
    public string? Parent { get; init; }

    /// <summary>The policy by which a parent divides among its children (<see cref="Policies.PolicyNames"/>). Default drf.</summary>
    public string Policy { get; init; } = Policies.PolicyNames.Drf;

    /// <summary>Relative right among its siblings, 0 to 1,000,000; 0 shares only what is left. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The higher is served first where the policy looks at it, and keeps its guarantee when not all can. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>When it was submitted, for policies that serve in order. Default 0, which leaves the order to the name.</summary>
    public long Submitted { get; init; }

    /// <summary>What it gets whenever it asks for it; resources left out are not guaranteed.</summary>
    public IReadOnlyDictionary<string, decimal> Guaranteed { get; init; } = Nothing;

    /// <summary>What it never holds more of; resources left out are unlimited.</summary>
    public IReadOnlyDictionary<string, decimal> Maximum { get; init; } = Nothing;

    /// <summary>Whether others may use its guarantee while it does not. Default true.</summary>
    public bool Lendable { get; init; } = true;

    /// <summary>Whether nodes may be taken from it for others; false holds for all pools below it too. Default true.</summary>
    public bool Reclaimable { get; init; } = true;

    /// <summary>
    /// Whether it keeps exactly the nodes it has, whatever its demand, filter and maximum say, as when its metrics are stale. Only a
    /// pin takes or gives a node. Default false.
    /// </summary>
    public bool Frozen { get; init; }

    /// <summary>Never fewer nodes than this because of a move. Leaves only; 0 or more, default 0.</summary>
    public int MinAvailable { get; init; }

    /// <summary>How many of its nodes may be under way to other pools at once. Leaves only; 1 or more, default unlimited.</summary>
    public int MaxUnavailable { get; init; } = int.MaxValue;

    /// <summary>Which nodes may serve it. Leaves only; null for any.</summary>
    public NodeFilter? Filter { get; init; }

    /// <summary>Nodes that belong to it whatever the shares are. Leaves only.</summary>
    public IReadOnlyList<string> Pinned { get; init; } = [];

    /// <summary>What one unit of demand takes: a replica, a slot, a request in flight. Leaves only, and never nothing there.</summary>
    public IReadOnlyDictionary<string, decimal> UnitDemand { get; init; } = Nothing;

    /// <summary>Time to end what runs on a node before it leaves. Leaves only; default 30 s.</summary>
    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time until a new node may be counted on. Leaves only; default 60 s.</summary>
    public TimeSpan Warm { get; init; } = TimeSpan.FromSeconds(60);
}
