using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;

namespace HashBalancer.Proxy.Tests.Selection;

/// <summary>Four nodes and a bound of 2·m without slack.</summary>
public sealed class NodeRoomTests
{
    private static readonly PoolPolicy TwiceTheShare = new() { Bound = new LoadBound(2, 0) };
    private readonly Node[] _nodes;
    private readonly PoolSnapshot _view;

    public NodeRoomTests()
    {
        var loads = new LoadTable();
        _nodes = [.. Enumerable.Range(0, 4).Select(i => PoolViews.Node($"n{i}", load: loads.Of("items", $"n{i}")))];
        _view = PoolViews.Of("items", [.. _nodes]);
    }

    [Theory]
    [InlineData(7, false)]
    [InlineData(8, true)]
    public void IsFull_AtFullPace_IsByTheWholeBound(int inFlight, bool full) => Assert.Equal(full, IsFull(TwiceTheShare, inFlight, pace: 1));

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void IsFull_AtHalfThePace_IsByHalfTheBound(int inFlight, bool full) => Assert.Equal(full, IsFull(TwiceTheShare, inFlight, pace: 0.5));

    [Fact]
    public void IsFull_PaceNotHeeded_IsByTheWholeBound() => Assert.False(IsFull(TwiceTheShare with { HeedPace = false }, 7, pace: 0.5));

    [Fact]
    public void IsFull_NoBound_IsNot() => Assert.False(IsFull(TwiceTheShare with { Bound = null }, 15, pace: 0.1));

    /// <summary>Two requests on four nodes: a share of three quarters with the third, a bound of two.</summary>
    [Fact]
    public void IsFull_FewRequestsInThePool_IsByTheWholeBoundAtAnyPace()
    {
        Begin(_nodes[0], 1);
        Begin(_nodes[1], 1);
        NodeRuntime.Of(_nodes[0]).Pace = 0.1;

        Assert.False(NodeRoom.IsFull(TwiceTheShare, _view, _nodes[0]));
    }

    /// <summary>With fifteen requests in flight the next makes a fair share of four.</summary>
    private bool IsFull(PoolPolicy policy, int inFlight, double pace)
    {
        Begin(_nodes[0], inFlight);
        Begin(_nodes[1], 15 - inFlight);
        NodeRuntime.Of(_nodes[0]).Pace = pace;
        return NodeRoom.IsFull(policy, _view, _nodes[0]);
    }

    private static void Begin(Node node, int requests)
    {
        for (int i = 0; i < requests; i++)
            node.Load.Begin();
    }
}
