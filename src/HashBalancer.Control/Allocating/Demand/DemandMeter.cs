using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>Measures one pool's traffic at one gateway. Not thread-safe.</summary>
/// <param name="pool">The pool's name.</param>
/// <param name="memory">See <see cref="PoolAllocationOptions.AveragingTime"/>.</param>
internal sealed class DemandMeter(string pool, TimeSpan memory)
{
    /// <summary>A node that reported, and does not any more, counts as one that never did after this time.</summary>
    private static readonly TimeSpan ReportsExpire = TimeSpan.FromMinutes(1);

    private readonly Dictionary<NodeLoad, Seen> _nodes = [];
    private RateAverage _rates = new(memory);
    private RateAverage _samples = new(memory);
    private double _arrivals, _refused, _inFlight, _waiting;
    private long? _refusedBefore;

    /// <summary>How long it remembers.</summary>
    public TimeSpan Memory => memory;

    /// <summary>Takes a look at what is in flight.</summary>
    public void Sample(PoolLoad load, TimeSpan elapsed)
    {
        double weight = _samples.WeightOf(elapsed);
        _inFlight += weight * (load.InFlight - _inFlight);
        _waiting += weight * (load.Waiting - _waiting);
    }

    /// <summary>Sums up what was counted since the last time.</summary>
    /// <param name="view">The pool's view in force.</param>
    /// <param name="load">Its counts.</param>
    /// <param name="elapsed">Since the last time, above 0.</param>
    /// <param name="now">The time.</param>
    public PoolTraffic Measure(PoolSnapshot view, Ring.PoolLoad load, TimeSpan elapsed, DateTimeOffset now)
    {
        double weight = _rates.WeightOf(elapsed);
        long served = 0;
        double time = 0, utilisation = 0;
        int reporting = 0;
        HashSet<NodeLoad> present = [.. view.Nodes.Select(node => node.Load)];
        foreach (NodeLoad gone in _nodes.Keys.Where(node => !present.Contains(node)).ToArray())
            _nodes.Remove(gone);
        foreach (Node node in view.Nodes)
        {
            long completed = node.Load.Completed, reports = node.Load.Reports;
            Seen before = _nodes.TryGetValue(node.Load, out Seen? seen) ? seen : new Seen(completed, reports, ReportedAt: null);
            long more = completed - before.Completed;
            served += more;
            time += more * node.Load.Latency.TotalSeconds;
            before = before with { Completed = completed, Reports = reports, ReportedAt = reports != before.Reports ? now : before.ReportedAt };
            _nodes[node.Load] = before;
            if (before.ReportedAt is not { } at || now - at >= ReportsExpire || node.State != NodeState.Up)
                continue;
            utilisation += node.Load.Utilisation;
            reporting++;
        }

        long refused = load.Refused;
        _arrivals += weight * ((served / elapsed.TotalSeconds) - _arrivals);
        _refused += weight * (((refused - (_refusedBefore ?? refused)) / elapsed.TotalSeconds) - _refused);
        _refusedBefore = refused;
        if (served > 0)
            Seconds = time / served;
        return new PoolTraffic(pool, Short(_arrivals), Short(_refused), Seconds, Short(_inFlight), Short(_waiting), Short(utilisation), reporting);
    }

    /// <summary>The mean time of a request when there last was one: what the next ones will take.</summary>
    private double Seconds { get; set; }

    // What fades away for ever would wake a sleeping pool for ever.
    private static double Short(double value) => value < 0.01 ? 0 : Math.Round(value, 3);

    private sealed record Seen(long Completed, long Reports, DateTimeOffset? ReportedAt);
}
