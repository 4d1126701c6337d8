using System.Diagnostics.Metrics;

namespace HashBalancer.Control;

/// <summary>The instruments of the fleet. Thread-safe. Labels are bounded by the pools of the configuration.</summary>
/// <remarks>What pools have and want is the leader's word, and shown by every gateway: a collector asks any one of them.</remarks>
internal sealed class AllocationTelemetry
{
    private readonly Counter<long> _moves;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _malformed;
    private readonly Histogram<double> _rounds;

    public AllocationTelemetry(IMeterFactory meters, FleetView view)
    {
        Meter meter = meters.Create(ControlTelemetry.MeterName);
        _moves = meter.CreateCounter<long>("hashbalancer.allocation.moves", "{move}", "Steps of nodes on their way that this gateway, leading, decided, by phase: notice, draining, starting, warming, serving, free.");
        _refusals = meter.CreateCounter<long>("hashbalancer.allocation.refusals", "{refusal}", "Nodes that could not serve the pool they were given to, as this gateway, leading, saw it.");
        _malformed = meter.CreateCounter<long>("hashbalancer.allocation.refused", "{entry}", "Entries of the registry about the fleet that were not followed, by reason: malformed, older.");
        _rounds = meter.CreateHistogram<double>("hashbalancer.allocation.round.duration", "s", "Time of a round of the leader, without the registry's.");
        meter.CreateObservableGauge("hashbalancer.allocation.desired_replicas", () => Of(view, pool => pool.Demand), "{replica}", "Units that a pool wants, whether there are nodes for them or not.");
        meter.CreateObservableGauge("hashbalancer.allocation.target", () => Of(view, pool => pool.Target ?? 0), "{replica}", "Units that a pool is due.");
        meter.CreateObservableGauge("hashbalancer.allocation.shortage", () => Of(view, pool => pool.Shortage), "{replica}", "Units that a pool is due and has no node for.");
        meter.CreateObservableGauge("hashbalancer.allocation.assigned", () => Of(view, pool => pool.Assigned), "{node}", "Nodes of the fleet that serve a pool or are on their way to it.");
        meter.CreateObservableGauge("hashbalancer.allocation.stale", () => Of(view, pool => pool.IsStale ? 1 : 0), unit: null, "Whether a pool's traffic is not known at present, so that it keeps what it has: 1 or 0.");
        meter.CreateObservableGauge("hashbalancer.allocation.epoch", () => view.Epoch, "{epoch}", "The epoch that this gateway's rings follow; equal on all gateways.");
        meter.CreateObservableGauge("hashbalancer.allocation.nodes", () => Nodes(view), "{node}", "Nodes of the fleet by state: serving, moving, free, unavailable.");
    }

    /// <summary>A round took so long.</summary>
    public void Round(TimeSpan time) => _rounds.Record(time.TotalSeconds);

    /// <summary>Leases were published.</summary>
    public void Published(IEnumerable<FleetLease> changed, IReadOnlyDictionary<string, FleetLease> before)
    {
        foreach (FleetLease lease in changed)
        {
            FleetLease? earlier = before.GetValueOrDefault(lease.Node);
            if (earlier?.Phase != lease.Phase)
                _moves.Add(1, new("phase", lease.Phase.ToString().ToLowerInvariant()), new("pool", lease.Pool ?? lease.FormerPool));
            if (lease.Refusals.Sum(refusal => refusal.Times) > (earlier?.Refusals.Sum(refusal => refusal.Times) ?? 0))
                _refusals.Add(1, new KeyValuePair<string, object?>("pool", lease.FormerPool));
        }
    }

    /// <summary>An entry was not followed.</summary>
    public void Refused(string reason, int entries = 1) => _malformed.Add(entries, new KeyValuePair<string, object?>("reason", reason));

    private static IEnumerable<Measurement<double>> Of(FleetView view, Func<PoolState, double> figure) =>
        (view.State?.Pools ?? []).Select(pool => new Measurement<double>(figure(pool), new KeyValuePair<string, object?>("pool", pool.Name)));

    private static IEnumerable<Measurement<int>> Nodes(FleetView view)
    {
        if (view.State is not { } state)
            return [];
        return state.Nodes
            .GroupBy(node => !node.Available ? "unavailable" : node.Lease.Serves ? "serving" : node.Lease.IsUnderWay ? "moving" : "free", StringComparer.Ordinal)
            .Select(group => new Measurement<int>(group.Count(), new KeyValuePair<string, object?>("state", group.Key)));
    }
}
