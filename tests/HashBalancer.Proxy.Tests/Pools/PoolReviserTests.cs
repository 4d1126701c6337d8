using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Ring;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Pools;

/// <summary>What the reviser does by its timer alone.</summary>
public sealed class PoolReviserTests : IDisposable
{
    private const ulong Hot = 7;
    private readonly ManualTimeProvider _time = new();
    private readonly SnapshotStore _snapshots = new();
    private readonly PoolPolicies _pools;
    private readonly PoolReviser _reviser;
    private readonly PoolSnapshot _view;

    public PoolReviserTests()
    {
        _pools = new PoolPolicies(_time);
        _pools.Replace(new Dictionary<string, PoolPolicy> { ["items"] = new(), ["unknown"] = new() });
        _reviser = new PoolReviser(_pools, _snapshots, new LoadTable(), _time);
        _view = PoolViews.Of("items", [.. Enumerable.Range(0, 4).Select(i => PoolViews.Node($"n{i}"))]);
    }

    public void Dispose() => _reviser.Dispose();

    [Fact]
    public async Task Start_KeyBecomesHot_IsSharedAtTheNextRound()
    {
        _snapshots.Publish(PoolViews.Snapshot(1, _view));
        await _reviser.StartAsync(CancellationToken.None);
        AskForHot();
        _time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal(1, Walk().Sharers);

        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(4, Walk().Sharers);
    }

    [Fact]
    public async Task Start_NodeBecomesSlow_HasASmallerPaceAtTheNextRound()
    {
        _snapshots.Publish(PoolViews.Snapshot(1, _view));
        await _reviser.StartAsync(CancellationToken.None);
        for (int i = 0; i < 4; i++)
        {
            _view.Nodes[i].Load.Begin();
            _view.Nodes[i].Load.End(failed: false, 0, (i == 2 ? 25 : 10) * TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerSecond);
        }

        _time.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal([1, 1, 0.5, 1], _view.Nodes.Select(node => Math.Round(NodeRuntime.Of(node).Pace, 3)));
    }

    [Fact]
    public async Task Start_NodeReportsMoreThanTheOthers_CountsMoreAtTheNextRound()
    {
        _snapshots.Publish(PoolViews.Snapshot(1, _view));
        await _reviser.StartAsync(CancellationToken.None);
        foreach (Node node in _view.Nodes)
            node.Load.Report(node.Id == "n2" ? 0.9f : 0.6f, nowMilliseconds: 1);

        _time.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal([1, 1, 1.0208, 1], _view.Nodes.Select(node => Math.Round(NodeRuntime.Of(node).Handicap.Value, 4)));
    }

    [Fact]
    public async Task Start_PoolNotInTheSnapshotYet_IsLeftAlone()
    {
        await _reviser.StartAsync(CancellationToken.None);
        AskForHot();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, Walk().Sharers);

        _snapshots.Publish(PoolViews.Snapshot(1, _view));
        _time.Advance(TimeSpan.FromMilliseconds(250));

        Assert.Equal(4, Walk().Sharers);
    }

    [Fact]
    public async Task Stop_NothingIsRevisedAnyMore()
    {
        _snapshots.Publish(PoolViews.Snapshot(1, _view));
        await _reviser.StartAsync(CancellationToken.None);
        await _reviser.StopAsync(CancellationToken.None);
        AskForHot();

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal((1, 0), (Walk().Sharers, _time.PendingTimers));
    }

    private void AskForHot()
    {
        for (int i = 0; i < 1000; i++)
            Walk();
    }

    private NodeWalk Walk()
    {
        Assert.True(_pools.TryGetPool("items", out Pool? pool));
        return pool.WalkOf(_view, Hot, isSafe: true, _time);
    }
}
