using System.Collections.Concurrent;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace HashBalancer.Proxy;

/// <summary>Knows the requests that may live long, and ends those whose node takes no new keys any more, some time after it stopped to:
/// their clients connect anew, and reach a node that serves.</summary>
/// <remarks>Thread-safe. An ordinary request costs two looks at its headers. A node that is down is another matter: it may come
/// back, and what still works on it is left alone.</remarks>
internal sealed class LiveStreams(PoolPolicies pools, SnapshotStore snapshots, TimeProvider time) : IHostedService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<LiveStream, byte> _open = new();
    private readonly Lock _looking = new();
    private long _version;
    private bool _someLeft;
    private ITimer? _timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(static me => ((LiveStreams)me!).Look(), this, Interval, Interval);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>Takes a try under watch if it may become a long one: an upgrade, or a request for server-sent events. Null for all others.</summary>
    public LiveStream? Watch(HttpContext context, Pool pool, Node node) =>
        Watches(context, pool) ? new LiveStream(this, context, pool, node) : null;

    /// <summary>Whether a pool's tries of such a request are taken under watch.</summary>
    public static bool Watches(HttpContext context, Pool pool) => pool.Policy.StreamDrainTime is not null && MayLiveLong(context);

    public void Add(LiveStream stream)
    {
        _open.TryAdd(stream, 0);
        stream.Pool.Runtime.StreamBegins();
        // The snapshot may have changed between the choice of the node and now.
        Volatile.Write(ref _version, -1);
    }

    public void Remove(LiveStream stream)
    {
        if (_open.TryRemove(stream, out _))
            stream.Pool.Runtime.StreamEnds();
    }

    /// <summary>Whether a request is an upgrade, or one for server-sent events.</summary>
    public static bool MayLiveLong(HttpContext context)
    {
        HttpRequest request = context.Request;
        return request.Headers.Upgrade.Count > 0
            || (request.Headers.Accept is { Count: 1 } accept && accept[0] == "text/event-stream")
            || (HttpMethods.IsConnect(request.Method) && context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true });
    }

    private void Look()
    {
        // A slow round makes the timer's next one fall away, not run beside it.
        if (_open.IsEmpty || !_looking.TryEnter())
            return;
        try
        {
            Snapshot snapshot = snapshots.Current;
            long seen = Interlocked.Exchange(ref _version, snapshot.Version);
            if (seen != snapshot.Version || _someLeft)
                Look(snapshot);
        }
        finally
        {
            _looking.Exit();
        }
    }

    private void Look(Snapshot snapshot)
    {
        long now = time.GetTimestamp();
        bool someLeft = false;
        foreach ((LiveStream stream, _) in _open)
        {
            if (ReasonToLeave(snapshot, stream) is not { } reason)
            {
                stream.LeftAt = null;
                continue;
            }

            someLeft = true;
            stream.LeftAt ??= now;
            if (DrainTimeOf(stream.Pool) is { } limit && time.GetElapsedTime(stream.LeftAt.Value, now) >= limit && stream.TryEnd())
                stream.Pool.Runtime.Count(reason);
        }

        _someLeft = someLeft;
    }

    /// <summary>As configured now: a reload counts for streams that are open.</summary>
    private TimeSpan? DrainTimeOf(Pool pool) => (pools.TryGetPool(pool.Name, out Pool? now) ? now : pool).Policy.StreamDrainTime;

    private static StreamEnd? ReasonToLeave(Snapshot snapshot, LiveStream stream)
    {
        if (!snapshot.Pools.TryGetValue(stream.Pool.Name, out PoolSnapshot? view))
            return StreamEnd.Gone;
        if (view.Ring.TryGetSlot(stream.Node.Id, out int slot))
            return view.NodeAt(slot).Address == stream.Node.Address ? null : StreamEnd.Gone;
        return view.Nodes.FirstOrDefault(node => node.Id == stream.Node.Id) switch
        {
            null => StreamEnd.Gone,
            { State: NodeState.Draining } => StreamEnd.Draining,
            _ => null,
        };
    }
}
