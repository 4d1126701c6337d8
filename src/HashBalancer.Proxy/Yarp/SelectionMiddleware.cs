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
        pool.Runtime.Count(selection.Reason);
        if (selection.Node is null)
        {
            Unavailability unavailability = Unavailability.Of(pool, view);
            pool.Runtime.Count(unavailability.Reason);
            return unavailability.Write(context.Response);
        }

        // A destination is a list of itself: YARP's load balancing has nothing left to choose.
        proxy.AvailableDestinations = selection.Destination!;
        return Forward(context, pool, selection.Node);
    }

    private static NodeWalk WalkOf(HttpContext context, Pool pool, PoolSnapshot view) =>
        new(pool.Policy, view, pool.Policy.HashKeys.TryHash(context, out ulong hash) ? hash : null);

    private async Task Forward(HttpContext context, Pool pool, Node node)
    {
        long start = time.GetTimestamp();
        // An exception that comes through is none of the node's: YARP reports those as results.
        var result = new ForwardResult(Outcome.ServerError, null);
        node.Load.Begin();
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
