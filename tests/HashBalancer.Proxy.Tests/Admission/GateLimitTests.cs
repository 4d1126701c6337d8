using HashBalancer.Allocation.Admission;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Admission;

/// <summary>What the limit of a gate is made of.</summary>
public sealed class GateLimitTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task NodeLimit_NodesJoinAndRest_LetsInWhatTheyMayHaveTogether()
    {
        var gate = new AdmissionGate(new AdmissionPolicy { NodeLimit = 2 }, _time);
        Node a = PoolViews.Node("a"), b = PoolViews.Node("b"), down = PoolViews.Node("c", state: NodeState.Down);
        gate.Limit.Heed(PoolViews.Of("items", a, down));
        Task<AdmissionResult>[] entered = [.. Enumerable.Range(0, 6).Select(_ => gate.EnterAsync(0, CancellationToken.None).AsTask())];
        Assert.Equal((2, 2, 4), (gate.Limit.Current, entered.Count(task => task.IsCompleted), gate.Waiting));

        gate.Revise(PoolViews.Of("items", a, b, down));
        await Eventually.IsTrue(() => entered.Count(task => task.IsCompleted) == 4, "two more are let in");
        Assert.Equal((4, 2), (gate.Limit.Current, gate.Waiting));

        NodeRuntime.Of(b).Bar(NodeObstacles.Ejected);
        gate.Revise(PoolViews.Of("items", a, b, down));
        Assert.Equal(2, gate.Limit.Current);
        gate.Leave(0);
        gate.Leave(0);
        Assert.Equal(2, gate.Waiting);
        gate.Leave(0);
        await Eventually.IsTrue(() => entered.Count(task => task.IsCompleted) == 5, "one more is let in");
    }

    [Fact]
    public void Adaptive_RequestsTakeLonger_FollowsWithinItsBounds()
    {
        var limit = new GateLimit(new AdmissionPolicy { Limit = 40, MinLimit = 5, Adaptive = true });
        Assert.Equal(5, limit.Current);
        for (int i = 0; i < 10; i++)
            Window(limit, TimeSpan.FromMilliseconds(10), full: true);
        Assert.Equal(40, limit.Current);

        for (int i = 0; i < 3; i++)
            Window(limit, TimeSpan.FromMilliseconds(10 * limit.Current), full: true);
        Assert.InRange(limit.Current, 5, 25);
    }

    [Fact]
    public void Adaptive_TooFewRequests_WaitsForMore()
    {
        var limit = new GateLimit(new AdmissionPolicy { Limit = 40, MinLimit = 5, Adaptive = true });
        for (int i = 1; i < GateLimit.LeastSamples; i++)
            limit.Took(TimeSpan.FromMilliseconds(10), isFailure: false);
        Assert.False(limit.Revise(wasFull: true));
        Assert.Equal(5, limit.Current);

        limit.Took(TimeSpan.FromMilliseconds(10), isFailure: true);
        Assert.True(limit.Revise(wasFull: true));
        Assert.Equal(10, limit.Current);
    }

    [Fact]
    public async Task Bytes_OfBodiesInFlight_AreLimitedAndFairByDominantShare()
    {
        var gate = new AdmissionGate(
            new AdmissionPolicy { Limit = 10, Bytes = 1000, Order = AdmissionOrder.Fair, ClassHeader = "X", Classes = new() { ["large"] = new(), ["small"] = new() } }, _time);
        int large = gate.ClassOf("large"), small = gate.ClassOf("small");
        // Six tenths of the bytes; seven tenths of the slots with those that come now.
        Assert.Equal(AdmissionResult.Admitted, await gate.EnterAsync(large, CancellationToken.None, 600));
        Assert.Equal(AdmissionResult.Admitted, await gate.EnterAsync(small, CancellationToken.None, 1));
        Task<AdmissionResult> tooLarge = gate.EnterAsync(large, CancellationToken.None, 5000).AsTask();
        Task<AdmissionResult>[] others = [.. Enumerable.Range(0, 9).Select(_ => gate.EnterAsync(small, CancellationToken.None, 1).AsTask())];
        Assert.False(tooLarge.IsCompleted);
        await Eventually.IsTrue(() => others.Count(task => task.IsCompleted) == 8, "all slots but the one of the large request are taken");

        // A body longer than all bytes counts as all of them: it goes alone.
        gate.Leave(large, 600);
        await Eventually.IsTrue(() => others.All(task => task.IsCompleted), "the last small one is let in");
        for (int i = 0; i < 9; i++)
            gate.Leave(small, 1);
        Assert.False(tooLarge.IsCompleted);
        gate.Leave(small, 1);
        Assert.Equal(AdmissionResult.Admitted, await tooLarge);
    }

    [Fact]
    public void Validate_OutOfRange_NamesEveryFault()
    {
        Assert.Equal(
            [
                "k:NodeLimit: is -1, but must be 0 (no limit) to 1000000.",
                "k:MinLimit: is 10, but must be 1 to Limit, which is 5 and must be above 0 to be adaptive.",
                "k:Bytes: is -1, but must be 0 (no limit) to 1099511627776.",
            ],
            new AdmissionPolicy { Limit = 5, NodeLimit = -1, Adaptive = true, Bytes = -1 }.Validate("k"));
        Assert.Single(new AdmissionPolicy { Adaptive = true }.Validate("k"));
    }

    private static void Window(GateLimit limit, TimeSpan time, bool full)
    {
        for (int i = 0; i < GateLimit.LeastSamples; i++)
            limit.Took(time, isFailure: false);
        Assert.True(limit.Revise(full));
    }
}
