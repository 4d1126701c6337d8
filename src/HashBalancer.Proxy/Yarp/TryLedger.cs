using HashBalancer.Ring;

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
    public void End(Pool pool, PoolSnapshot view, Node node, Outcome outcome, long begun)
    {
        long now = time.GetTimestamp();
        // Errors and streams that live long say nothing of how fast the node is: a fast error must not make it attractive.
        if (outcome is Outcome.Success or Outcome.Redirection or Outcome.ClientError)
            node.Load.End(failed: false, begun, now, time.TimestampFrequency);
        else
            node.Load.End(failed: outcome == Outcome.Failed);
        pool.Runtime.Affinity.Finished();
        // The life of a tunnel is no response time.
        if (outcome != Outcome.Informational)
            metrics.Took(pool, time.GetElapsedTime(begun, now));
        NodeRuntime.Of(node).Counts.Count(outcome);
        pool.Runtime.Health.Report(node, outcome, view, pool.Policy.Outliers, time);
    }
}
