using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;

namespace HashBalancer.Proxy.Tests.Selection;

public sealed class NodeWalkTests
{
    private const ulong Hash = 42;
    private readonly NodeSelector _selector = new(new SeededSequence(1));
    private readonly LoadTable _loads = new();

    [Theory]
    [InlineData(Hash)]
    [InlineData(null)]
    public void Next_CalledToTheEnd_YieldsEveryNodeOnce(ulong? hash)
    {
        PoolSnapshot view = View(4);

        List<NodeSelection> all = Rest(new NodeWalk(new PoolPolicy(), view, hash));

        Assert.Equal(view.Nodes.Select(n => n.Id), all.Select(s => s.Node!.Id).Order());
    }

    [Fact]
    public void Next_WithKey_GoesFromTheOwnerAlongTheRing()
    {
        PoolSnapshot view = View(5);

        List<NodeSelection> all = Rest(new NodeWalk(new PoolPolicy(), view, Hash));

        Assert.Equal(Order(view), all.Select(s => s.Node));
        Assert.Equal(
            [SelectionReason.Owner, SelectionReason.Successor, SelectionReason.Successor, SelectionReason.Successor, SelectionReason.Successor],
            all.Select(s => s.Reason));
    }

    [Fact]
    public void Next_MoreNodesThanAWalkHolds_Ends() =>
        Assert.Equal(NodeWalk.MostNodes, Rest(new NodeWalk(new PoolPolicy(), View(20), Hash)).Count);

    [Theory]
    [InlineData(NodeObstacles.Ejected)]
    [InlineData(NodeObstacles.Unhealthy)]
    public void Next_OwnerBarred_IsTheSuccessorUntilItIsUnbarred(object obstacle)
    {
        PoolSnapshot view = View(3);
        Node[] order = Order(view);
        NodeRuntime owner = NodeRuntime.Of(order[0]);

        owner.Bar((NodeObstacles)obstacle);
        NodeSelection barred = _selector.Select(view, Hash);
        owner.Unbar((NodeObstacles)obstacle);
        NodeSelection unbarred = _selector.Select(view, Hash);

        Assert.Equal((order[1], SelectionReason.Successor), (barred.Node, barred.Reason));
        Assert.Equal((order[0], SelectionReason.Owner), (unbarred.Node, unbarred.Reason));
    }

    [Fact]
    public void Next_AllEjected_ServesInPanic()
    {
        PoolSnapshot view = View(3);
        Assert.All(view.Nodes, node => NodeRuntime.Of(node).Bar(NodeObstacles.Ejected));

        NodeSelection selection = _selector.Select(view, Hash);

        Assert.Equal((Order(view)[0], SelectionReason.Panic), (selection.Node, selection.Reason));
    }

    [Fact]
    public void Next_OwnerOverItsBound_SpillsToTheNextUnderIt()
    {
        PoolSnapshot view = View(4);
        Node[] order = Order(view);
        // 8 in flight and one to place: fair share 2.25, limit ⌈1.25 · 2.25 + 3 · 1.5⌉ = 8.
        Begin(order[0], 8);

        NodeSelection spill = _selector.Select(view, Hash);
        NodeSelection unbounded = _selector.Select(view, Hash, new PoolPolicy { Bound = null });
        // 6 in flight: fair share 1.75, limit ⌈1.25 · 1.75 + 3 · 1.32⌉ = 7.
        order[0].Load.End(failed: false);
        order[0].Load.End(failed: false);
        NodeSelection home = _selector.Select(view, Hash);

        Assert.Equal((order[1], SelectionReason.Spill, order[0]), (spill.Node, spill.Reason, spill.Full));
        Assert.Equal((order[0], SelectionReason.Owner), (unbounded.Node, unbounded.Reason));
        Assert.Equal((order[0], SelectionReason.Owner), (home.Node, home.Reason));
    }

    [Fact]
    public void Next_EveryUsableNodeOverItsBound_IsTheOwnerSaturated()
    {
        PoolSnapshot view = View(4);
        Node[] order = Order(view);
        Begin(order[0], 40);
        Begin(order[1], 40);
        NodeRuntime.Of(order[2]).Bar(NodeObstacles.Ejected);
        NodeRuntime.Of(order[3]).Bar(NodeObstacles.Ejected);

        NodeSelection selection = _selector.Select(view, Hash, new PoolPolicy { Bound = new LoadBound(1, 0) });

        Assert.Equal((order[0], SelectionReason.Saturated), (selection.Node, selection.Reason));
    }

    [Fact]
    public void Next_Zone_KeepsToItUntilAllItsNodesAreOverTheirBound()
    {
        PoolSnapshot view = View(6, i => i % 2 == 0 ? "a" : "b");
        Node[] order = Order(view);
        Node[] near = [.. order.Where(n => n.Zone == "b")];
        var policy = new PoolPolicy { Zone = "b" };

        Assert.Equal((near[0], SelectionReason.Owner), Found());
        Begin(near[0], 40);
        Assert.Equal((near[1], SelectionReason.Spill), Found());
        Begin(near[1], 40);
        Begin(near[2], 40);
        Assert.Equal("a", Found().Item1!.Zone);

        (Node?, SelectionReason) Found() => _selector.Select(view, Hash, policy) is var s ? (s.Node, s.Reason) : default;
    }

    [Fact]
    public void Next_SharedKey_IsTheLeastLoadedOfItsSharersAlone()
    {
        PoolSnapshot view = View(5);
        Node[] order = Order(view);
        Begin(order[0], 2);
        Begin(order[1], 1);
        Begin(order[2], 3);
        var walk = new NodeWalk(new PoolPolicy(), view, Hash) { Sharers = 3 };

        NodeSelection selection = _selector.Next(ref walk);

        Assert.Equal((order[1], SelectionReason.HotKey), (selection.Node, selection.Reason));
    }

    /// <summary>Passed over, an idle node could never show that it is fast again.</summary>
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Next_SharedKeyAndSlowOwner_TakesTheOwnerWhileItIsIdle(int inFlight, bool isOwner)
    {
        PoolSnapshot view = View(5);
        Node[] order = Order(view);
        NodeRuntime.Of(order[0]).Pace = 0.1;
        Begin(order[0], inFlight);
        Begin(order[1], inFlight);
        var walk = new NodeWalk(new PoolPolicy(), view, Hash) { Sharers = 2 };

        Assert.Equal(order[isOwner ? 0 : 1], _selector.Next(ref walk).Node);
    }

    /// <summary>Requests in flight decide; how utilised the nodes have been, where those are about as many.</summary>
    [Theory]
    [InlineData(0.02, 0, true)]
    [InlineData(0.02, 1, false)]
    [InlineData(-0.02, 0, false)]
    [InlineData(-0.06, -1, false)]
    public void Next_SharedKeyAndOwnerMoreUtilisedForLong_CountsItsRequestsForMore(double excess, int moreAtTheOther, bool isOther)
    {
        PoolSnapshot view = View(5);
        Node[] order = Order(view);
        NodeHandicap handicap = NodeRuntime.Of(order[0]).Handicap;
        handicap.Hear(reports: 1, TimeSpan.Zero);
        handicap.Follow(excess, TimeSpan.FromHours(1));
        Begin(order[0], 3);
        Begin(order[1], 3 + moreAtTheOther);
        var walk = new NodeWalk(new PoolPolicy(), view, Hash) { Sharers = 2 };

        Assert.Equal(order[isOther ? 1 : 0], _selector.Next(ref walk).Node);
    }

    /// <summary>Whoever asks for the same thing again, and is alone, finds the same node.</summary>
    [Fact]
    public void Next_SharedKeyAndIdleNodes_TakesTheOwnerHoweverUtilisedItHasBeen()
    {
        PoolSnapshot view = View(5);
        Node[] order = Order(view);
        NodeHandicap handicap = NodeRuntime.Of(order[0]).Handicap;
        handicap.Hear(reports: 1, TimeSpan.Zero);
        handicap.Follow(excess: 1, TimeSpan.FromHours(1));
        var walk = new NodeWalk(new PoolPolicy(), view, Hash) { Sharers = 2 };

        Assert.Equal(NodeHandicap.Greatest, handicap.Value);
        Assert.Equal(order[0], _selector.Next(ref walk).Node);
    }

    [Fact]
    public void Next_WithoutKey_PrefersTheFasterOfEquallyLoadedNodes()
    {
        PoolSnapshot view = View(2);
        view.Nodes[0].Load.Begin();
        view.Nodes[0].Load.End(failed: false, 0, 20, 1000);
        view.Nodes[1].Load.Begin();
        view.Nodes[1].Load.End(failed: false, 0, 10, 1000);

        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal("n1", _selector.Select(view, null).Node!.Id));
    }

    [Fact]
    public void Next_WithoutKey_FailingFastDoesNotAttract()
    {
        PoolSnapshot view = View(2);
        NodeHealth failing = NodeRuntime.Of(view.Nodes[0]).Health;
        foreach (Node node in view.Nodes)
        {
            node.Load.Begin();
            node.Load.End(failed: false, 0, 10, 1000);
        }

        // Three of ten fail, at once: seven tenths of the other node's requests are in flight.
        for (int i = 0; i < 10; i++)
            failing.Report(failed: i % 3 == 2, new OutlierPolicy { Enabled = false }, TimeProvider.System, out _);
        Begin(view.Nodes[0], 6);
        Begin(view.Nodes[1], 9);

        Assert.All(Enumerable.Range(0, 20), _ => Assert.Equal("n1", _selector.Select(view, null).Node!.Id));
    }

    private static Node[] Order(PoolSnapshot view)
    {
        List<Node> nodes = [];
        foreach (int slot in view.Ring.Walk(Hash))
            nodes.Add(view.NodeAt(slot));
        return [.. nodes];
    }

    private static void Begin(Node node, int requests)
    {
        for (int i = 0; i < requests; i++)
            node.Load.Begin();
    }

    private List<NodeSelection> Rest(NodeWalk walk)
    {
        List<NodeSelection> all = [];
        while (_selector.Next(ref walk) is { Node: not null } next)
            all.Add(next);
        return all;
    }

    private PoolSnapshot View(int nodes, Func<int, string>? zone = null) => PoolViews.Of("items",
        [.. Enumerable.Range(0, nodes).Select(i => PoolViews.Node($"n{i}", load: _loads.Of("items", $"n{i}")) with { Zone = zone?.Invoke(i) })]);
}
