using System.Collections.Immutable;
using HashBalancer.Proxy;
using HashBalancer.Ring;

namespace HashBalancer.LoadTests.Tests.Simulation.Vectors;

/// <summary>The pool that the cases of selection are played on.</summary>
internal static class TestPools
{
    private const string Name = "items";

    public static Pool PoolOf(TimeProvider time, PoolPolicy policy)
    {
        var pools = new PoolPolicies(time);
        pools.Replace(new Dictionary<string, PoolPolicy>(StringComparer.Ordinal) { [Name] = policy });
        return pools.All.Single();
    }

    /// <summary>Its nodes, all up, of weight 1, with no load yet.</summary>
    public static PoolSnapshot ViewOf(string[] names)
    {
        var loads = new LoadTable();
        ImmutableArray<Node> nodes = [.. names.Select(name => new Node(name, "10.0.0.1", 80, 1, NodeState.Up, loads.Of(Name, name)))];
        return new PoolSnapshot(Name, MembershipSource.Registry, nodes, HashRing.Build(nodes.Select(node => new RingMember(node.Id, node.Weight))));
    }
}
