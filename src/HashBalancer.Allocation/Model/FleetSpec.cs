using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Model;

/// <summary>How much a leaf pool wants.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Units">Units of its <see cref="PoolSpec.UnitDemand"/>, 0 or more, finite.</param>
public sealed record PoolDemand(string Pool, double Units);

/// <summary>That a node serves a pool now.</summary>
/// <param name="Node">The node.</param>
/// <param name="Pool">The pool. A pool that no longer exists leaves the node free.</param>
/// <param name="Since">Since when, any unit: newer leases are taken back first.</param>
/// <param name="InTransit">Whether the node is still on its way to the pool; it is not moved again before it has arrived.</param>
public sealed record NodeLease(string Node, string Pool, long Since = 0, bool InTransit = false);

/// <summary>Everything that is declared: resources, nodes, pools, demand, and who serves whom now. All lists in any order.</summary>
/// <param name="Resources">The resources that vectors may name.</param>
public sealed record FleetSpec(ResourceSet Resources)
{
    /// <summary>The policy that divides the fleet among the pools at the top. Default drf.</summary>
    public string Policy { get; init; } = Policies.PolicyNames.Drf;

    /// <summary>The fleet.</summary>
    public IReadOnlyList<FleetNode> Nodes { get; init; } = [];

    /// <summary>The pools.</summary>
    public IReadOnlyList<PoolSpec> Pools { get; init; } = [];

    /// <summary>What leaves want; a leaf without an entry wants nothing.</summary>
    public IReadOnlyList<PoolDemand> Demands { get; init; } = [];

    /// <summary>Who serves whom now.</summary>
    public IReadOnlyList<NodeLease> Leases { get; init; } = [];

    /// <summary>
    /// Whether guarantees above the whole declared fleet are accepted and cut, as they always are when nodes fail. Default false:
    /// a configuration that could not be kept with every node up is refused.
    /// </summary>
    public bool AllowOvercommit { get; init; }
}
