using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy.Tests.Selection;

public sealed class NodeRuntimeTests
{
    [Fact]
    public void DestinationOf_SameAddress_IsTheSameObjectAcrossSnapshots()
    {
        Node node = PoolViews.Node("a");
        Node later = node with { State = NodeState.Draining, Weight = 2 };

        Assert.Same(NodeRuntime.Of(node), NodeRuntime.Of(later));
        Assert.Same(Destination(node), Destination(later));
    }

    [Fact]
    public void DestinationOf_AddressChanged_Follows()
    {
        Node before = PoolViews.Node("a", port: 80);
        Node after = before with { Port = 81 };

        Assert.Equal("http://10.0.0.1:80/", Destination(before)!.Model.Config.Address);
        Assert.Equal("http://10.0.0.1:81/", Destination(after)!.Model.Config.Address);
        // A request that still holds the older snapshot goes where that one says.
        Assert.Equal("http://10.0.0.1:80/", Destination(before)!.Model.Config.Address);
    }

    [Fact]
    public void DestinationOf_AddressBecomesUsable_IsThere()
    {
        Node node = PoolViews.Node("a", port: 0);

        Assert.Null(Destination(node));
        Assert.NotNull(Destination(node with { Port = 80 }));
    }

    [Fact]
    public async Task Of_FirstRequestsAtOnce_AgreeOnOneRuntime()
    {
        for (int round = 0; round < 50; round++)
        {
            Node node = PoolViews.Node("a");
            using var start = new Barrier(4);
            // Threads of their own: four that wait for each other would starve a small thread pool.
            NodeRuntime[] runtimes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
            {
                start.SignalAndWait();
                return NodeRuntime.Of(node);
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

            Assert.Single(runtimes.Distinct());
        }
    }

    private static DestinationState? Destination(Node node) => NodeRuntime.Of(node).DestinationOf(node);
}
