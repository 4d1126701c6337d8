using System.Collections.Immutable;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;

namespace HashBalancer.Proxy.Tests.Selection;

public sealed class NodeSelectorTests
{
    private readonly NodeSelector _selector = new(new SeededSequence(1));

    [Fact]
    public void Select_Key_IsTheRingsOwner()
    {
        PoolSnapshot pool = PoolViews.Of("items", Nodes(5));

        for (ulong key = 0; key < 1000; key++)
        {
            ulong hash = KeyHash.Of(BitConverter.GetBytes(key));
            NodeSelection selection = _selector.Select(pool, hash);

            Assert.Same(pool.Owner(hash), selection.Node);
            Assert.Equal(SelectionReason.Owner, selection.Reason);
            Assert.Equal(selection.Node!.Address, selection.Destination!.Model.Config.Address);
            Assert.Equal(selection.Node.Id, selection.Destination.DestinationId);
        }
    }

    [Theory]
    [InlineData("", 80)]
    [InlineData("10.0.0.1", 0)]
    [InlineData("10.0.0.1", -1)]
    [InlineData("10.0.0.1", 65536)]
    [InlineData("bad host", 80)]
    public void Select_OwnersAddressUnusable_IsTheFirstSuccessorWithAUsableOne(string host, int port)
    {
        ImmutableArray<Node> nodes = Nodes(4);
        PoolSnapshot sound = PoolViews.Of("items", nodes);
        PoolSnapshot broken = PoolViews.Of("items", nodes.SetItem(1, nodes[1] with { Host = host, Port = port, Load = new NodeLoad() }));

        for (ulong key = 0; key < 1000; key++)
        {
            ulong hash = KeyHash.Of(BitConverter.GetBytes(key));
            Node[] walk = [.. WalkOf(sound, hash)];
            NodeSelection selection = _selector.Select(broken, hash);

            bool ownerIsBroken = walk[0].Id == "n1";
            Assert.Equal(ownerIsBroken ? walk[1].Id : walk[0].Id, selection.Node!.Id);
            Assert.Equal(ownerIsBroken ? SelectionReason.Successor : SelectionReason.Owner, selection.Reason);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(42UL)]
    public void Select_NoUsableNode_IsNone(ulong? hash)
    {
        PoolSnapshot[] pools =
        [
            PoolViews.Unanswered("items"),
            PoolViews.Of("items"),
            PoolViews.Of("items", PoolViews.Node("a", state: NodeState.Down)),
            PoolViews.Of("items", PoolViews.Node("a", weight: 0), PoolViews.Node("b", weight: 0)),
            PoolViews.Of("items", PoolViews.Node("a", port: 0), PoolViews.Node("b", host: "")),
        ];

        Assert.All(pools, pool => Assert.Equal(default, _selector.Select(pool, hash)));
    }

    [Fact]
    public void Select_WithoutKeyOfTwoNodes_IsTheLessLoadedForItsWeight()
    {
        Node light = PoolViews.Node("light", weight: 1);
        Node heavy = PoolViews.Node("heavy", weight: 3);
        PoolSnapshot pool = PoolViews.Of("items", light, heavy);

        // (in flight + 1) / weight: 1 against 3/3 is a tie, so the loads go on to where one side wins in every draw.
        Begin(heavy, 1);
        AssertAlways(heavy, pool);
        Begin(heavy, 2);
        AssertAlways(light, pool);
        Begin(light, 1);
        AssertAlways(heavy, pool);
    }

    [Fact]
    public void Select_WithoutKeyOfIdleEqualNodes_SpreadsEvenly()
    {
        PoolSnapshot pool = PoolViews.Of("items", Nodes(4));

        Dictionary<string, int> counts = Draws(pool, 40_000).CountBy(node => node.Id).ToDictionary();

        // Binomial: a standard deviation of 87 around 10,000.
        Assert.Equal(4, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void Select_WithoutKey_NeverTakesTheMostLoadedOfThree()
    {
        ImmutableArray<Node> nodes = Nodes(3);
        Begin(nodes[2], 1);

        Assert.Equal(["n0", "n1"], Draws(PoolViews.Of("items", nodes), 1000).Select(node => node.Id).Distinct().Order());
    }

    [Fact]
    public void Select_WithoutKey_PassesOverWeightZeroAndUnusableAddresses()
    {
        PoolSnapshot pool = PoolViews.Of("items",
            PoolViews.Node("a", weight: 0), PoolViews.Node("b"), PoolViews.Node("c", port: 0), PoolViews.Node("d", state: NodeState.Draining));

        Assert.Equal(["b"], Draws(pool, 200).Select(node => node.Id).Distinct());
        Assert.Equal(SelectionReason.LeastLoaded, _selector.Select(pool, null).Reason);
    }

    [Fact]
    public void Select_WithoutKeyAndSecondDrawUnusable_StillComparesTwoNodes()
    {
        Node idle = PoolViews.Node("a");
        Node loaded = PoolViews.Node("c");
        Begin(loaded, 5);

        AssertAlways(idle, PoolViews.Of("items", idle, PoolViews.Node("b", port: 0), loaded));
    }

    private static ImmutableArray<Node> Nodes(int count) => [.. Enumerable.Range(0, count).Select(i => PoolViews.Node($"n{i}"))];

    private static IEnumerable<Node> WalkOf(PoolSnapshot pool, ulong hash)
    {
        var nodes = new List<Node>();
        foreach (int slot in pool.Ring.Walk(hash))
            nodes.Add(pool.NodeAt(slot));
        return nodes;
    }

    private static void Begin(Node node, int requests)
    {
        for (int i = 0; i < requests; i++)
            node.Load.Begin();
    }

    private Node[] Draws(PoolSnapshot pool, int count) => [.. Enumerable.Range(0, count).Select(_ => _selector.Select(pool, null).Node!)];

    private void AssertAlways(Node expected, PoolSnapshot pool) =>
        Assert.Equal([expected.Id], Draws(pool, 100).Select(node => node.Id).Distinct());
}
