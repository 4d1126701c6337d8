using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Affinity;

public sealed class AffinityQueueTests
{
    /// <summary>One slot a node, as long as not all three are busy.</summary>
    private static readonly PoolPolicy OneSlot = new() { Bound = new LoadBound(1, 0) };

    private readonly ManualTimeProvider _time = new();
    private readonly AffinityQueue _queue = new();
    private readonly NodeSelector _selector = new(new SeededSequence(1));
    private readonly PoolSnapshot _view;
    private readonly Node[] _order;

    public AffinityQueueTests()
    {
        var loads = new LoadTable();
        _view = PoolViews.Of("items", [.. Enumerable.Range(1, 3).Select(i => PoolViews.Node($"n{i}", load: loads.Of("items", $"n{i}")))]);
        List<Node> order = [];
        foreach (int slot in _view.Ring.Walk(42))
            order.Add(_view.NodeAt(slot));
        _order = [.. order];
    }

    /// <summary>A request of 10 ms at 2 ms whose owner is busy until 10 ms, and may wait 20 ms: it starts there at 10 ms.</summary>
    [Fact]
    public async Task Wait_OwnerFinishesInTime_IsTheOwner()
    {
        _order[0].Load.Begin();
        _time.Advance(TimeSpan.FromMilliseconds(2));
        (Task<WaitVerdict> waiting, NodeWalk walk, NodeSelection before) = Wait(new AffinityWait(TimeSpan.FromMilliseconds(20), 100));

        _time.Advance(TimeSpan.FromMilliseconds(8));
        Assert.False(waiting.IsCompleted);
        _order[0].Load.End(failed: false);
        _queue.Finished();
        NodeSelection after = _selector.AfterWait(ref walk, before, await waiting);

        Assert.Equal((_order[0], SelectionReason.Waited, true), (after.Node, after.Reason, after.IsBegun));
        Assert.Equal(1, _order[0].Load.InFlight);
        Assert.Equal(0, _queue.Count);
    }

    /// <summary>The same, but it may wait 5 ms and the owner is busy for 50: it starts on the first successor at 7 ms.</summary>
    [Fact]
    public async Task Wait_TimeUp_IsTheSuccessor()
    {
        _order[0].Load.Begin();
        _time.Advance(TimeSpan.FromMilliseconds(2));
        (Task<WaitVerdict> waiting, NodeWalk walk, NodeSelection before) = Wait(new AffinityWait(TimeSpan.FromMilliseconds(5), 100));

        _time.Advance(TimeSpan.FromMilliseconds(4.9));
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(0.1));
        WaitVerdict verdict = await waiting;
        NodeSelection after = _selector.AfterWait(ref walk, before, verdict);

        Assert.Equal(WaitVerdict.TimedOut, verdict);
        Assert.Equal((_order[1], SelectionReason.Spill, false), (after.Node, after.Reason, after.IsBegun));
        Assert.Equal(0, _queue.Count);
    }

    /// <summary>Two skips: later requests go to the first successor, which stays busy, and to the second, which finishes at once; the
    /// one that waited is passed over a second time then, and the second successor is the first free node.</summary>
    [Fact]
    public async Task Wait_PassedOverTwice_IsTheFirstFreeNode()
    {
        _order[0].Load.Begin();
        (Task<WaitVerdict> waiting, NodeWalk walk, NodeSelection before) = Wait(new AffinityWait(TimeSpan.FromSeconds(10), 2));

        _order[1].Load.Begin();
        _queue.Dispatched();
        Assert.False(waiting.IsCompleted);
        _order[2].Load.Begin();
        _queue.Dispatched();
        _order[2].Load.End(failed: false);
        _queue.Finished();
        WaitVerdict verdict = await waiting;
        NodeSelection after = _selector.AfterWait(ref walk, before, verdict);

        Assert.Equal(WaitVerdict.Skipped, verdict);
        Assert.Equal(_order[2], after.Node);
    }

    [Fact]
    public async Task Wait_SeveralForOneNode_TakeTurnsInOrderOfArrival()
    {
        _order[0].Load.Begin();
        var limit = new AffinityWait(TimeSpan.FromSeconds(10), 100);
        Task<WaitVerdict> first = Wait(limit).Waiting, second = Wait(limit).Waiting;

        _order[0].Load.End(failed: false);
        _queue.Finished();

        Assert.Equal(WaitVerdict.Owner, await first);
        Assert.False(second.IsCompleted);
        Assert.Equal(1, _order[0].Load.InFlight);
        _order[0].Load.End(failed: false);
        _queue.Finished();
        Assert.Equal(WaitVerdict.Owner, await second);
    }

    [Fact]
    public async Task Wait_ClientLeaves_Ends()
    {
        _order[0].Load.Begin();
        using var client = new CancellationTokenSource();
        Task<WaitVerdict> waiting = Wait(new AffinityWait(TimeSpan.FromSeconds(10), 100), client.Token).Waiting;

        await client.CancelAsync();

        Assert.Equal(WaitVerdict.Aborted, await waiting);
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public async Task Wait_NodeGotRoomMeanwhile_IsTheOwnerAtOnce() =>
        Assert.Equal(WaitVerdict.Owner, await _queue.Wait(AffinityWait.Default, OneSlot, _view, _order[0], _time, CancellationToken.None));

    [Fact]
    public async Task Wait_QueueFull_IsRefused()
    {
        _order[0].Load.Begin();
        var limit = new AffinityWait(TimeSpan.FromSeconds(10), 100);
        for (int i = 0; i < AffinityQueue.MostWaiting; i++)
            _ = Wait(limit);

        Assert.Equal(WaitVerdict.Refused, await Wait(limit).Waiting);
    }

    [Fact]
    public void DispatchedAndFinished_NobodyWaits_AllocateNothing() => Assert.Equal(0, Allocated.By(() =>
    {
        for (int i = 0; i < 1000; i++)
        {
            _queue.Dispatched();
            _queue.Finished();
        }
    }));

    private (Task<WaitVerdict> Waiting, NodeWalk Walk, NodeSelection Before) Wait(AffinityWait limit, CancellationToken aborted = default)
    {
        var walk = new NodeWalk(OneSlot with { AffinityWait = limit }, _view, 42);
        NodeSelection before = _selector.Next(ref walk);
        Assert.Equal(_order[0], before.Full);
        return (_queue.Wait(limit, OneSlot, _view, before.Full!, _time, aborted).AsTask(), walk, before);
    }
}
