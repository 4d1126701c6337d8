using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy;

/// <summary>Serves the clusters that have a pool: chooses the node, has the rest of YARP's pipeline send the request there, and counts what became of it.</summary>
/// <remarks>First in YARP's pipeline: what stands after it may run again for another node. A request takes the snapshot once.</remarks>
internal sealed class SelectionMiddleware(
    RequestDelegate next, PoolPolicies pools, SnapshotStore snapshots, NodeSelector selector, ProxyMetrics metrics, TimeProvider time)
{
    public Task Invoke(HttpContext context)
    {
        IReverseProxyFeature proxy = context.GetReverseProxyFeature();
        return pools.TryGetPool(proxy.Cluster.Config.ClusterId, out Pool? pool) ? Serve(context, proxy, pool) : next(context);
    }

    private Task Serve(HttpContext context, IReverseProxyFeature proxy, Pool pool)
    {
        _ = snapshots.Current.Pools.TryGetValue(pool.Name, out PoolSnapshot? view);
        NodeWalk walk = view is null ? default : WalkOf(context, pool, view);
        NodeSelection selection = view is null ? default : selector.Next(ref walk);
        return selection.Full is { } full && walk.Policy is { AffinityWait: { } limit, Bound: { } bound }
            ? WaitAndSend(context, proxy, pool, walk, selection, pool.Runtime.Affinity.Wait(limit, bound, walk.View, full, time, context.RequestAborted))
            : Send(context, proxy, pool, view, selection);
    }

    private async Task WaitAndSend(
        HttpContext context, IReverseProxyFeature proxy, Pool pool, NodeWalk walk, NodeSelection selection, ValueTask<WaitVerdict> waiting)
    {
        WaitVerdict verdict = await waiting;
        pool.Runtime.Count(verdict);
        if (verdict == WaitVerdict.Aborted)
            return;
        await Send(context, proxy, pool, walk.View, selector.AfterWait(ref walk, selection, verdict));
    }

    private Task Send(HttpContext context, IReverseProxyFeature proxy, Pool pool, PoolSnapshot? view, NodeSelection selection)
    {
        pool.Runtime.Count(selection.Reason);
        if (selection.Node is null)
        {
            Unavailability unavailability = Unavailability.Of(pool, view);
            pool.Runtime.Count(unavailability.Reason);
            return unavailability.Write(context.Response);
        }

        // A destination is a list of itself: YARP's load balancing has nothing left to choose.
        proxy.AvailableDestinations = selection.Destination!;
        if (!selection.IsBegun)
        {
            selection.Node.Load.Begin();
            pool.Runtime.Affinity.Dispatched();
        }

        return Forward(context, pool, selection.Node);
    }

    private NodeWalk WalkOf(HttpContext context, Pool pool, PoolSnapshot view)
    {
        PoolPolicy policy = pool.Policy;
        if (!policy.HashKeys.TryHash(context, out ulong hash))
            return new NodeWalk(policy, view, hash: null);
        bool shared = policy.ShareHotKeys && (policy.ShareUnsafeMethods || IsSafe(context.Request.Method));
        return new NodeWalk(policy, view, hash) { Sharers = shared ? pool.Runtime.HotKeysBy(time).Record(hash) : 1 };
    }

    /// <summary>RFC 9110 §9.2.1.</summary>
    private static bool IsSafe(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method);

    private async Task Forward(HttpContext context, Pool pool, Node node)
    {
        long start = time.GetTimestamp();
        // An exception that comes through is none of the node's: YARP reports those as results.
        var result = new ForwardResult(Outcome.ServerError, null);
        try
        {
            await next(context);
            result = ForwardResult.Of(context);
        }
        finally
        {
            Finish(pool, node, result.Outcome, start);
            NodeRuntime.Of(node).Counts.Count(result.Outcome);
        }

        if (result.Error is { } error)
            await AnswerFailure(context, pool, error);
    }

    private void Finish(Pool pool, Node node, Outcome outcome, long start)
    {
        long end = time.GetTimestamp();
        // Errors come fast, and the life of a tunnel is no response time: neither says how long a request takes there.
        if (outcome is Outcome.Success or Outcome.Redirection or Outcome.ClientError)
            node.Load.End(failed: false, start, end, time.TimestampFrequency);
        else
            node.Load.End(failed: outcome == Outcome.Failed);
        pool.Runtime.Affinity.Finished();
        if (outcome != Outcome.Informational)
            metrics.Took(pool, time.GetElapsedTime(start, end));
    }

    private static Task AnswerFailure(HttpContext context, Pool pool, ErrorReason error)
    {
        pool.Runtime.Count(error);
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            return Task.CompletedTask;
        int status = context.Response.StatusCode;
        return Problem.Write(context.Response, status, Problem.Body(status, error, pool.Name, ForwardResult.Describe(error)));
    }
}
