using System.Collections.Concurrent;
using HashBalancer.Control;
using HashBalancer.Proxy;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Dashboard.Feed;

/// <summary>Tells all dashboards what is new: once a second what was measured, and within a tenth of it what became of nodes.</summary>
/// <remarks>
/// One loop for all viewers: a pool's message is made once, however many look at it, and not at all when nobody does; what is always done, for the
/// history, is to read each pool's counters once a second. <see cref="Enter"/> is thread-safe; everything else is the loop's alone.
/// </remarks>
internal sealed class FeedLoop(
    SnapshotStore snapshots, PoolObserver observer, RebalancingHistory rebalancing, FleetView fleet, RegistryStatus registry, Leadership leadership, TimeProvider time,
    ILogger<FeedLoop> logger) : BackgroundService
{
    /// <summary>Each costs a connection and eight messages at most.</summary>
    public const int MostViewers = 64;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<FeedViewer, byte> _viewers = new();
    private readonly Dictionary<string, PoolHistory> _histories = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, PoolFeed> _feeds = new(StringComparer.OrdinalIgnoreCase);
    private readonly long _started = time.GetTimestamp();
    private int _count;

    /// <summary>Lets a viewer in; null when there are as many as may be, or the gateway ends.</summary>
    /// <param name="pool">The pool that it looks at; empty: none.</param>
    public FeedViewer? Enter(string pool)
    {
        if (Interlocked.Increment(ref _count) > MostViewers)
        {
            Interlocked.Decrement(ref _count);
            return null;
        }

        var viewer = new FeedViewer(pool);
        _viewers.TryAdd(viewer, 0);
        return viewer;
    }

    /// <summary>Forgets a viewer that <see cref="Enter"/> let in.</summary>
    public void Leave(FeedViewer viewer)
    {
        if (_viewers.TryRemove(viewer, out _))
            Interlocked.Decrement(ref _count);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look, time);
        long measured = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                TimeSpan elapsed = time.GetElapsedTime(measured);
                // Half a look early is nearer than half a look late.
                bool isSecond = elapsed >= Second - (Look / 2);
                if (isSecond)
                    measured = time.GetTimestamp();
                try
                {
                    Tell(snapshots.Current, isSecond, elapsed.TotalSeconds);
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    // Whatever it is: a page that stands still is no reason for the gateway to.
                    logger.LogError(new EventId(4030, "FeedFailed"), error, "Dashboards were not told what is new");
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway ends.
        }
    }

    /// <summary>One look.</summary>
    /// <param name="snapshot">The snapshot in force.</param>
    /// <param name="isSecond">Whether it is time to measure.</param>
    /// <param name="seconds">Since the last measurement.</param>
    internal void Tell(Snapshot snapshot, bool isSecond, double seconds)
    {
        if (isSecond)
            Sample(snapshot, seconds);
        ILookup<string, FeedViewer> viewers = _viewers.Keys.ToLookup(viewer => viewer.Pool, StringComparer.OrdinalIgnoreCase);
        foreach (string unwatched in _feeds.Keys.Where(name => !viewers.Contains(name)).ToArray())
            _feeds.Remove(unwatched);
        if (viewers.Count == 0)
            return;
        GatewayFacts facts = Facts(snapshot);
        foreach (IGrouping<string, FeedViewer> watching in viewers)
            TellPool(watching, snapshot.Pools.GetValueOrDefault(watching.Key), facts, isSecond, seconds);
    }

    private void TellPool(IGrouping<string, FeedViewer> viewers, PoolSnapshot? view, GatewayFacts facts, bool isSecond, double seconds)
    {
        if (!_feeds.TryGetValue(viewers.Key, out PoolFeed? feed))
            _feeds.Add(viewers.Key, feed = new PoolFeed(view?.Name ?? viewers.Key, HistoryOf(viewers.Key), observer, rebalancing));
        feed.Follow(view);
        feed.Follow(fleet.State);
        if (isSecond)
            feed.Measure(seconds);
        List<FeedNode> due = feed.Glance();
        if ((isSecond || feed.Changes.Pool || due.Count > 0) && viewers.Any(viewer => !viewer.NeedsWhole))
        {
            if (isSecond)
                due = feed.Due();
            ReadOnlyMemory<byte> change = FeedMessage.Change(feed, facts, due, isSecond);
            due.ForEach(node => node.Sent = node.Figure);
            foreach (FeedViewer viewer in viewers.Where(viewer => !viewer.NeedsWhole))
                viewer.SendChange(change);
        }

        // What a whole picture brings includes the changes; all who had one before were told of them.
        feed.Changes.Clear(withMeasured: isSecond);
        FeedViewer[] newcomers = [.. viewers.Where(viewer => viewer.NeedsWhole)];
        if (newcomers.Length == 0)
            return;
        ReadOnlyMemory<byte> whole = FeedMessage.Whole(feed, facts);
        foreach (FeedViewer viewer in newcomers)
            viewer.SendWhole(whole);
    }

    private void Sample(Snapshot snapshot, double seconds)
    {
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (string gone in _histories.Keys.Where(name => !snapshot.Pools.ContainsKey(name)).ToArray())
            _histories.Remove(gone);
        foreach (PoolSnapshot pool in snapshot.Pools.Values)
        {
            if (observer.CountsOf(pool.Name) is { } counts)
                HistoryOf(pool.Name).Add(counts, pool.Nodes is [var any, ..] ? any.Load.Pool.InFlight : 0, now, seconds);
        }
    }

    private PoolHistory HistoryOf(string pool)
    {
        if (!_histories.TryGetValue(pool, out PoolHistory? history))
            _histories.Add(pool, history = new PoolHistory());
        return history;
    }

    private GatewayFacts Facts(Snapshot snapshot) => new(
        time.GetUtcNow().ToUnixTimeMilliseconds(), leadership.Name, leadership.Leader, leadership.IsLeader, snapshot.Version, registry.Current,
        (long)time.GetElapsedTime(_started).TotalSeconds,
        [
            .. snapshot.Pools.Values.OrderBy(pool => pool.Name, StringComparer.Ordinal)
                .Select(pool => new PoolFacts(
                    pool.Name, pool.Ring.ServingCount, pool.Nodes.Length, _histories.TryGetValue(pool.Name, out PoolHistory? history) ? history.Last?.Rate ?? 0 : 0)),
        ]);
}
