using System.Diagnostics.Metrics;
using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>The instruments of the data plane.</summary>
/// <remarks>
/// <para>Counts are kept by their owners and read when somebody observes: a request adds to fields and looks nothing up. What is
/// observed are the nodes of the current snapshot and the pools in force, so that those that left disappear.</para>
/// <para>Durations alone are recorded as they happen, through a <see cref="Histogram{T}"/>: it is the one form that a
/// MeterListener, an OTLP exporter and dotnet-counters all understand. With one label it neither allocates nor locks, and costs
/// about as much as a counter, whether somebody listens or not; what the listener does comes on top.</para>
/// </remarks>
internal sealed class ProxyMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "HashBalancer.Proxy";

    private const string PoolLabel = "pool";
    private const string NodeLabel = "node";

    /// <summary>Seconds. From what a proxied request takes at best on one machine, in steps of 2 to 2.5, to beyond what a person waits.</summary>
    private static readonly double[] DurationBounds =
        [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    /// <summary>Seconds. Fine around the default wait of 5 ms, beyond which only a late timer takes one.</summary>
    private static readonly double[] WaitBounds = [0.0005, 0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.008, 0.01, 0.02, 0.05, 0.1, 1, 10];

    private readonly SnapshotStore _snapshots;
    private readonly PoolPolicies _pools;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _waits;

    /// <summary>Makes the instruments; their life is the factory's.</summary>
    public ProxyMetrics(IMeterFactory meters, SnapshotStore snapshots, PoolPolicies pools)
    {
        _snapshots = snapshots;
        _pools = pools;
        Meter meter = meters.Create(new MeterOptions(MeterName) { Version = typeof(ProxyMetrics).Assembly.GetName().Version?.ToString(3) });
        meter.CreateObservableCounter("hashbalancer.requests", Requests, "{request}", "Requests forwarded and finished, by class of the node's status; failed: without a usable response.");
        meter.CreateObservableUpDownCounter("hashbalancer.requests.in_flight", InFlight, "{request}", "Requests sent to a node and not yet finished.");
        meter.CreateObservableCounter("hashbalancer.selections", Selections, "{request}", "Choices of a node, by reason; none: no node could take the request.");
        meter.CreateObservableCounter("hashbalancer.affinity.waits", Waits, "{request}", "Requests that waited for their key's node, by how the wait ended.");
        meter.CreateObservableUpDownCounter("hashbalancer.affinity.waiting", Waiting, "{request}", "Requests that wait for their key's node.");
        meter.CreateObservableUpDownCounter("hashbalancer.hot_keys", HotKeys, "{key}", "Keys that are shared by several nodes because they are hot.");
        meter.CreateObservableCounter("hashbalancer.hot_keys.changes", HotKeyChanges, "{change}", "Hot keys that became shared (promoted) or went home (demoted).");
        meter.CreateObservableGauge("hashbalancer.nodes.pace", Paces, "1", "How fast a node answers beside the others of its pool, 0.1 to 1; below 1 its bound is the smaller for it.");
        meter.CreateObservableGauge("hashbalancer.nodes.handicap", Handicaps, "1", "What a node's requests count among the nodes that share a hot key, 0.5 to 2; above 1 it has been more utilised than the pool's others.");
        meter.CreateObservableCounter("hashbalancer.errors", Errors, "{request}", "Requests that the proxy answered with an error of its own, by reason.");
        meter.CreateObservableCounter("hashbalancer.retries", Retries, "{request}", "Tries that failed, by what became of the request; retried: it was sent to another node.");
        meter.CreateObservableCounter("hashbalancer.hedges", Hedges, "{request}", "Requests whose first try took long, by what became of a second one beside it.");
        meter.CreateObservableCounter("hashbalancer.ejections", Ejections, "{ejection}", "Times that a node was ejected because its answers were bad, by reason.");
        meter.CreateObservableCounter("hashbalancer.checks", Checks, "{check}", "This gateway's own health checks, by result.");
        meter.CreateObservableUpDownCounter("hashbalancer.nodes.unhealthy", UnhealthyNodes, "{node}", "Nodes that fail this gateway's own health checks.");
        meter.CreateObservableUpDownCounter("hashbalancer.nodes.ejected", EjectedNodes, "{node}", "Nodes that are passed over because their answers were bad.");
        meter.CreateObservableUpDownCounter("hashbalancer.pools.panicking", Panicking, "{pool}", "1 while so many nodes of the pool are bad that ejections are ignored.");
        meter.CreateObservableUpDownCounter("hashbalancer.admission.waiting", WaitingRequests, "{request}", "Requests that wait to be let in.");
        meter.CreateObservableGauge("hashbalancer.admission.limit", Limits, "{request}", "Requests of the pool that are let in at once, as of now.");
        meter.CreateObservableUpDownCounter("hashbalancer.streams", Streams, "{stream}", "Upgraded connections and requests for server-sent events that are open.");
        meter.CreateObservableCounter("hashbalancer.streams.ended", StreamsEnded, "{stream}", "Those that were ended, their clients to connect anew: the node drains, or is gone.");
        meter.CreateObservableCounter("hashbalancer.load_reports", LoadReports, "{report}", "Reports of nodes about their own load, by what became of them.");
        meter.CreateObservableCounter("hashbalancer.splits", Splits, "{request}", "Requests of a pool that are split between pools, by the pool that they went to and why.");
        meter.CreateObservableCounter("hashbalancer.mirrors", Mirrors, "{request}", "Requests of a pool that were to be copied to another pool, by what became of the copy.");
        meter.CreateObservableUpDownCounter("hashbalancer.mirrors.in_flight", MirrorsInFlight, "{request}", "Copies for another pool that are on their way.");
        _duration = meter.CreateHistogram("hashbalancer.request.duration", "s", "Time from the choice of a node to the end of the response, tunnels excluded.",
            tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBounds });
        _waits = meter.CreateHistogram("hashbalancer.affinity.wait.duration", "s", "How long requests waited for their key's node; those that did not wait are not counted.",
            tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = WaitBounds });
    }

    /// <summary>Records how long a request waited for its key's node.</summary>
    public void Waited(Pool pool, TimeSpan duration)
    {
        if (_waits.Enabled)
            _waits.Record(duration.TotalSeconds, new KeyValuePair<string, object?>(PoolLabel, pool.Name));
    }

    /// <summary>Records how long a request took.</summary>
    public void Took(Pool pool, TimeSpan duration)
    {
        if (_duration.Enabled)
            _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>(PoolLabel, pool.Name));
    }

    private IEnumerable<Measurement<long>> Requests()
    {
        foreach ((Pool pool, Node node) in NodesInForce())
        {
            if (node.Load.Attachment is not NodeRuntime runtime)
                continue;
            foreach (Outcome outcome in Outcomes.All)
            {
                if (runtime.Counts.Of(outcome) is > 0 and long count)
                    yield return new(count, new(PoolLabel, pool.Name), new(NodeLabel, node.Id), new("code", outcome.CodeClass()));
            }
        }
    }

    private IEnumerable<Measurement<long>> InFlight() => NodesInForce()
        .Select(at => new Measurement<long>(at.Node.Load.InFlight, new(PoolLabel, at.Pool.Name), new(NodeLabel, at.Node.Id)));

    private IEnumerable<Measurement<long>> Selections()
    {
        foreach (Pool pool in _pools.All)
        {
            foreach (SelectionReason reason in SelectionReasons.All)
                yield return new(pool.Runtime.Of(reason), new(PoolLabel, pool.Name), new("reason", reason.Name()));
        }
    }

    private IEnumerable<Measurement<long>> Waits()
    {
        foreach (Pool pool in _pools.All)
        {
            foreach (WaitVerdict verdict in WaitVerdicts.All)
                yield return new(pool.Runtime.Of(verdict), new(PoolLabel, pool.Name), new("outcome", verdict.Name()));
        }
    }

    private IEnumerable<Measurement<long>> Waiting() =>
        _pools.All.Select(pool => new Measurement<long>(pool.Runtime.Affinity.Count, new KeyValuePair<string, object?>(PoolLabel, pool.Name)));

    private IEnumerable<Measurement<long>> HotKeys() =>
        _pools.All.Select(pool => new Measurement<long>(pool.Runtime.HotKeys?.Count ?? 0, new KeyValuePair<string, object?>(PoolLabel, pool.Name)));

    private IEnumerable<Measurement<long>> HotKeyChanges()
    {
        foreach (Pool pool in _pools.All)
        {
            yield return new(pool.Runtime.HotKeys?.Promoted ?? 0, new(PoolLabel, pool.Name), new("change", "promoted"));
            yield return new(pool.Runtime.HotKeys?.Demoted ?? 0, new(PoolLabel, pool.Name), new("change", "demoted"));
        }
    }

    private IEnumerable<Measurement<long>> Retries()
    {
        foreach (Pool pool in _pools.All)
        {
            foreach (RetryVerdict verdict in RetryVerdicts.All)
                yield return new(pool.Runtime.Of(verdict), new(PoolLabel, pool.Name), new("result", verdict.Name()));
        }
    }

    private IEnumerable<Measurement<long>> Hedges()
    {
        foreach (Pool pool in _pools.All.Where(pool => pool.Policy.Retry.IsHedged))
        {
            foreach (HedgeResult result in HedgeResults.All)
                yield return new(pool.Runtime.Of(result), new(PoolLabel, pool.Name), new("result", result.Name()));
        }
    }

    private IEnumerable<Measurement<long>> Ejections()
    {
        foreach ((Pool pool, Node node) in NodesInForce())
        {
            foreach (EjectionReason reason in EjectionReasons.All)
            {
                if (NodeRuntime.Of(node).Health.EjectionsFor(reason) is > 0 and long count)
                    yield return new(count, new(PoolLabel, pool.Name), new(NodeLabel, node.Id), new("reason", reason.Name()));
            }
        }
    }

    private IEnumerable<Measurement<long>> UnhealthyNodes() => NodesInForce()
        .Where(at => at.Pool.Policy.Checks.Path is not null)
        .Select(at => new Measurement<long>(NodeRuntime.Of(at.Node).Check.IsUnhealthy ? 1 : 0, new(PoolLabel, at.Pool.Name), new(NodeLabel, at.Node.Id)));

    private IEnumerable<Measurement<long>> Checks()
    {
        foreach (Pool pool in _pools.All.Where(pool => pool.Policy.Checks.Path is not null))
        {
            yield return new(pool.Runtime.Health.ChecksThat(passed: true), new(PoolLabel, pool.Name), new("result", "passed"));
            yield return new(pool.Runtime.Health.ChecksThat(passed: false), new(PoolLabel, pool.Name), new("result", "failed"));
        }
    }

    private IEnumerable<Measurement<long>> EjectedNodes() => NodesInForce()
        .Select(at => new Measurement<long>(NodeRuntime.Of(at.Node).Health.IsSound ? 0 : 1, new(PoolLabel, at.Pool.Name), new(NodeLabel, at.Node.Id)));

    private IEnumerable<Measurement<double>> Paces() => NodesInForce()
        .Select(at => new Measurement<double>(NodeRoom.PaceOf(at.Pool.Policy, at.Node), new(PoolLabel, at.Pool.Name), new(NodeLabel, at.Node.Id)));

    private IEnumerable<Measurement<double>> Handicaps() => NodesInForce()
        .Select(at => new Measurement<double>(NodeRuntime.Of(at.Node).Handicap.Value, new(PoolLabel, at.Pool.Name), new(NodeLabel, at.Node.Id)));

    private IEnumerable<Measurement<long>> Panicking() => _pools.All
        .Select(pool => new Measurement<long>(pool.Runtime.IsPanicking ? 1 : 0, new KeyValuePair<string, object?>(PoolLabel, pool.Name)));

    private IEnumerable<Measurement<long>> WaitingRequests() => _pools.All
        .Where(pool => pool.Gate is not null)
        .Select(pool => new Measurement<long>(pool.Gate!.Waiting, new KeyValuePair<string, object?>(PoolLabel, pool.Name)));

    private IEnumerable<Measurement<long>> Limits() => _pools.All
        .Where(pool => pool.Gate is not null)
        .Select(pool => new Measurement<long>(pool.Gate!.Limit.Current, new KeyValuePair<string, object?>(PoolLabel, pool.Name)));

    private IEnumerable<Measurement<long>> Streams() =>
        _pools.All.Select(pool => new Measurement<long>(pool.Runtime.Streams, new KeyValuePair<string, object?>(PoolLabel, pool.Name)));

    private IEnumerable<Measurement<long>> StreamsEnded()
    {
        foreach (Pool pool in _pools.All)
        {
            foreach (StreamEnd reason in StreamEnds.All)
                yield return new(pool.Runtime.Of(reason), new(PoolLabel, pool.Name), new("reason", reason.Name()));
        }
    }

    private IEnumerable<Measurement<long>> LoadReports()
    {
        foreach (Pool pool in _pools.All)
        {
            foreach (LoadReportVerdict verdict in LoadReportVerdicts.All)
                yield return new(pool.Runtime.Of(verdict), new(PoolLabel, pool.Name), new("result", verdict.Name()));
        }
    }

    private IEnumerable<Measurement<long>> Errors()
    {
        foreach (Pool pool in _pools.All)
        {
            foreach (ErrorReason reason in ErrorReasons.All)
                yield return new(pool.Runtime.Of(reason), new(PoolLabel, pool.Name), new("reason", reason.Name()));
        }
    }

    private IEnumerable<Measurement<long>> Splits()
    {
        foreach (Pool pool in _pools.All)
        {
            foreach (string to in pool.Runtime.Traffic.SplitPools)
            {
                foreach (SplitReason reason in SplitReasons.All)
                    yield return new(pool.Runtime.Traffic.Of(to, reason), new(PoolLabel, pool.Name), new("to", to), new("reason", reason.Name()));
            }
        }
    }

    private IEnumerable<Measurement<long>> Mirrors()
    {
        foreach (Pool pool in _pools.All)
        {
            foreach (string to in pool.Runtime.Traffic.MirrorPools)
            {
                foreach (MirrorResult result in MirrorResults.All)
                    yield return new(pool.Runtime.Traffic.Of(to, result), new(PoolLabel, pool.Name), new("to", to), new("result", result.Name()));
            }
        }
    }

    private IEnumerable<Measurement<long>> MirrorsInFlight() => _pools.All
        .Where(pool => pool.Policy.Mirror is not null)
        .Select(pool => new Measurement<long>(pool.Runtime.Traffic.MirrorsInFlight, new KeyValuePair<string, object?>(PoolLabel, pool.Name)));

    private IEnumerable<(Pool Pool, Node Node)> NodesInForce()
    {
        Snapshot snapshot = _snapshots.Current;
        foreach (Pool pool in _pools.All)
        {
            if (!snapshot.Pools.TryGetValue(pool.Name, out PoolSnapshot? view))
                continue;
            foreach (Node node in view.Nodes)
                yield return (pool, node);
        }
    }
}
