using System.Collections.Frozen;
using System.Collections.Immutable;
using HashBalancer.Ring;

namespace HashBalancer.Proxy.Tests.Support;

/// <summary>Makes hand-written views of pools, as the control plane would: the ring holds the nodes that are up.</summary>
internal static class PoolViews
{
    public static PoolSnapshot Of(string name, params ImmutableArray<Node> nodes) =>
        new(name, MembershipSource.Registry, nodes, HashRing.Build(nodes.Where(n => n.State == NodeState.Up).Select(n => new RingMember(n.Id, n.Weight))));

    public static PoolSnapshot Unanswered(string name, string? note = null) =>
        new(name, MembershipSource.None, [], HashRing.Empty) { Note = note };

    public static Snapshot Snapshot(long version, params PoolSnapshot[] pools) =>
        new(version, pools.ToFrozenDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase));

    /// <summary>A node that is up, for tests that send nothing.</summary>
    public static Node Node(string id, double weight = 1, NodeLoad? load = null, NodeState state = NodeState.Up, string host = "10.0.0.1", int port = 80) =>
        new(id, host, port, weight, state, load ?? new NodeLoad());
}
