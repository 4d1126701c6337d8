using System.Diagnostics;
using HashBalancer.Ring;
using HashBalancer.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy;

/// <summary>Serves the clusters that have a pool: lets the request in, chooses the node, and has <see cref="Forwarding"/> send it there.</summary>
/// <remarks>First in YARP's pipeline: what stands after it may run again for another node. A request takes the snapshot once.</remarks>
internal sealed class SelectionMiddleware(
    RequestDelegate next, PoolPolicies pools, SnapshotStore snapshots, NodeSelector selector, SeededSequence chance, TryLedger ledger, ProxyMetrics metrics, LiveStreams streams, TimeProvider time,
    NodeForwarder forwarder, IProxyStateLookup clusters, UnixClients unix, IoWatch watch, RequestObserver observer, bool forwardsDirectly, EpollTransport? loops = null)
{
    /// <summary>Event loops watch all of their work themselves.</summary>
    private readonly IoWatch? _watch = loops is null ? watch : null;
    private readonly Forwarding _forwarding = new(next, forwardsDirectly ? forwarder : null, selector, ledger, streams, observer, time);
    private readonly TrafficSplitter _splitter = new(pools, snapshots, clusters, chance);
    private readonly Mirroring _mirroring = new(pools, snapshots, selector, clusters, chance, ledger, unix, time);

    public Task Invoke(HttpContext context)
    {
        IReverseProxyFeature proxy = context.GetReverseProxyFeature();
        if (!pools.TryGetPool(proxy.Cluster.Config.ClusterId, out Pool? pool))
            return next(context);
        if (pool.Policy.Split is { } split)
        {
            pool = _splitter.Choose(context, pool, split);
            proxy = context.GetReverseProxyFeature();
        }

        if (pool.Limiter is { } limiter && !limiter.Allows(context, out int retryAfter))
            return Refusal.WriteRateLimited(context.Response, pool, retryAfter);
        long begun = _watch?.Begin() ?? 0;
        Task serving = observer.IsOn && observer.Begin(context, pool) is { } seen ? Observe(seen, context, proxy, pool)
            : pool.Gate is null ? Serve(context, proxy, pool)
            : Admit(context, proxy, pool, pool.Gate);
        _watch?.End(begun);
        return serving;
    }

    private async Task Observe(Observation seen, HttpContext context, IReverseProxyFeature proxy, Pool pool)
    {
        try
        {
            await (pool.Gate is null ? Serve(context, proxy, pool) : Admit(context, proxy, pool, pool.Gate));
        }
        finally
        {
            seen.End(context);
        }
    }

    private async Task Admit(HttpContext context, IReverseProxyFeature proxy, Pool pool, AdmissionGate gate)
    {
        string? header = pool.Policy.Admission!.ClassHeader;
        int cls = gate.ClassOf(header is null ? null : context.Request.Headers[header].ToString());
        long bytes = gate.CountsBytes ? BytesOf(context) : 0;
        if (gate.Limit.HeedsNodes && snapshots.Current.Pools.TryGetValue(pool.Name, out PoolSnapshot? view) && !gate.Limit.Knows(view))
            gate.Limit.Heed(view);
        AdmissionResult result;
        using Activity? span = observer.Of(context)?.Span("admit");
        try
        {
            result = await gate.EnterAsync(cls, context.RequestAborted, bytes);
        }
        catch (OperationCanceledException)
        {
            // The client left: nobody reads an answer.
            return;
        }

        span?.SetTag("hashbalancer.admission", result.ToString()).Dispose();
        if (result != AdmissionResult.Admitted)
        {
            await Refusal.Write(context.Response, pool, result);
            return;
        }

        try
        {
            await Serve(context, proxy, pool);
        }
        finally
        {
            gate.Leave(cls, bytes);
        }
    }

    /// <summary>What a request's body counts, whether it has come already or not.</summary>
    private static long BytesOf(HttpContext context) => context.Features.Of<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true }
        ? context.Request.ContentLength ?? AdmissionPolicy.UnknownBytes
        : 0;

    private Task Serve(HttpContext context, IReverseProxyFeature proxy, Pool pool)
    {
        Observation? seen = observer.Of(context);
        seen?.Admitted();
        Activity? span = seen?.Span("select");
        Snapshot snapshot = snapshots.Current;
        _ = snapshot.Pools.TryGetValue(pool.Name, out PoolSnapshot? view);
        NodeWalk walk = view is null ? default : WalkOf(context, pool, view);
        NodeSelection selection = view is null ? default : selector.Next(ref walk);
        seen?.Selected(span, in walk, in selection, snapshot.Version);
        return Pool.MustWait(in walk, in selection)
            ? WaitAndSend(context, proxy, pool, walk, selection)
            : Send(context, proxy, pool, view, walk, selection);
    }

    private async Task WaitAndSend(HttpContext context, IReverseProxyFeature proxy, Pool pool, NodeWalk walk, NodeSelection selection)
    {
        Observation? seen = observer.Of(context);
        Activity? span = seen?.Span("wait");
        long begun = time.GetTimestamp();
        WaitVerdict verdict = await pool.Wait(walk, selection, time, context.RequestAborted);
        TimeSpan waited = time.GetElapsedTime(begun);
        metrics.Waited(pool, waited);
        seen?.Waited(span, waited, verdict, selection.Full!);
        if (verdict == WaitVerdict.Aborted)
            return;
        NodeSelection chosen = selector.AfterWait(ref walk, selection, verdict);
        seen?.Chosen(in chosen);
        await Send(context, proxy, pool, walk.View, walk, chosen);
    }

    private Task Send(HttpContext context, IReverseProxyFeature proxy, Pool pool, PoolSnapshot? view, NodeWalk walk, NodeSelection selection)
    {
        pool.Runtime.Count(selection.Reason);
        if (selection.Node is null)
        {
            Unavailability unavailability = Unavailability.Of(pool, view);
            pool.Runtime.Count(unavailability.Reason);
            return unavailability.Write(context.Response);
        }

        CountPlace(walk, selection);
        return pool.Policy.Mirror is { Pool: not null } mirror
            ? SendAndMirror(context, proxy, pool, mirror, walk, selection)
            : _forwarding.Send(context, proxy, pool, walk, selection);
    }

    private async Task SendAndMirror(HttpContext context, IReverseProxyFeature proxy, Pool pool, MirrorPolicy mirror, NodeWalk walk, NodeSelection selection)
    {
        bool waitsForBody = await _mirroring.Begin(context, proxy, pool, mirror, walk.Hash);
        await _forwarding.Send(context, proxy, pool, walk, selection);
        if (waitsForBody)
            await _mirroring.Finish(context, proxy, pool, mirror);
    }

    /// <summary>What the rebalancer may move, by place; and what it may not, by node.</summary>
    private static void CountPlace(in NodeWalk walk, in NodeSelection selection)
    {
        NodeLoad load = selection.Node!.Load;
        if (walk.Hash is { } hash && walk.Sharers == 1)
            load.Pool.CountKey(hash);
        else
            load.CountShared();
        if (selection.Reason is not (SelectionReason.Owner or SelectionReason.Waited or SelectionReason.HotKey))
            load.CountStray();
    }

    private NodeWalk WalkOf(HttpContext context, Pool pool, PoolSnapshot view)
    {
        bool hasKey = pool.Policy.HashKeys.TryHash(context, out ulong hash);
        if (hasKey && pool.Runtime.Samples is { } samples)
            samples.Offer(context, hash);
        return pool.WalkOf(view, hasKey ? hash : null, SafeMethods.Has(context.Request.Method), time);
    }
}
