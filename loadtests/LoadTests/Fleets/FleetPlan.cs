using HashBalancer.LoadTests.Nodes;

namespace HashBalancer.LoadTests.Fleets;

/// <summary>What a run without an address starts.</summary>
/// <param name="Nodes">How many nodes, called node-1 and so on.</param>
/// <param name="Gateways">How many gateways before them.</param>
/// <param name="Work">What requests cost a node.</param>
/// <param name="Settings">Keys of the gateways' configuration and their values.</param>
/// <param name="Pools">Pools that share the nodes, and settings of each; none: the nodes serve one pool, <see cref="Pool"/>.</param>
/// <param name="Faulty">Whether a fault proxy stands between the gateways and each node.</param>
internal sealed record FleetPlan(int Nodes, int Gateways, NodeWork Work, IReadOnlyDictionary<string, string> Settings,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Pools, bool Faulty)
{
    /// <summary>The pool that requests go to where none is named, and the service that its nodes are instances of.</summary>
    public const string Pool = "items";
}
