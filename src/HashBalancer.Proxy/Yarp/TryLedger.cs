using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HashBalancer.Proxy;

/// <summary>Counts tries: in the node's load, its health, its outcomes, and the pool's response times.</summary>
/// <remarks>Thread-safe; allocates nothing.</remarks>
internal sealed class TryLedger(ProxyMetrics metrics, TimeProvider time)
{
    /// <summary>A try goes to its node.</summary>
    public static void Begin(Pool pool, in NodeSelection selection)
    {
        pool.Runtime.Begin(in selection);
        pool.Runtime.Health.Begin(selection.Node!);
    }

    /// <summary>A try is over.</summary>
    /// <param name="pool">The node's pool.</param>
    /// <param name="view">The pool as the request's snapshot has it.</param>
    /// <param name="node">The node.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="begun">The timestamp of its beginning.</param>
    /// <param name="tookAtLeast">Whether it was ended because another try was faster: its time so far counts, or a slow node would never look slow.</param>
    public void End(Pool pool, PoolSnapshot view, Node node, Outcome outcome, long begun, bool tookAtLeast = false)
    {
        long now = time.GetTimestamp();
        // Errors and streams that live long say nothing of how fast the node is: a fast error must not make it attractive.
        if (tookAtLeast || outcome is Outcome.Success or Outcome.Redirection or Outcome.ClientError)
        {
            node.Load.End(failed: false, begun, now, time.TimestampFrequency);
            if (pool.Policy.Retry.HedgeQuantile > 0)
                pool.Runtime.Latencies.Record(time.GetElapsedTime(begun, now));
        }
        else
        {
            node.Load.End(failed: outcome == Outcome.Failed);
        }

        if (pool.Gate is { Limit.IsAdaptive: true } gate && outcome is not (Outcome.Informational or Outcome.Canceled))
            gate.Limit.Took(time.GetElapsedTime(begun, now), outcome is Outcome.ServerError or Outcome.Failed);

        pool.Runtime.Affinity.Finished();
        // The life of a tunnel is no response time.
        if (outcome != Outcome.Informational)
            metrics.Took(pool, time.GetElapsedTime(begun, now));
        NodeRuntime.Of(node).Counts.Count(outcome);
        pool.Runtime.Health.Report(node, outcome, view, pool.Policy.Outliers, time);
    }

    /// <summary>Takes what the node says of itself, if it says anything.</summary>
    public void TakeReport(HttpContext context, Pool pool, Node node)
    {
        if (!context.Response.Headers.TryGetValue(LoadReport.Header, out StringValues report))
            return;
        LoadReportVerdict verdict = LoadReport.Read(report.ToString(), out double utilisation);
        if (verdict == LoadReportVerdict.Taken)
            node.Load.Report((float)utilisation, (uint)(time.GetTimestamp() / (time.TimestampFrequency / 1000)));
        pool.Runtime.Count(verdict);
    }
}
