using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>The instruments of the rebalancer. Thread-safe. Labels are bounded by the pools of the configuration.</summary>
internal sealed class RebalancingTelemetry
{
    private readonly Counter<long> _moves;
    private readonly Counter<double> _moved;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _planned;
    private readonly ConcurrentDictionary<string, RebalancePlan> _plans = new(StringComparer.Ordinal);

    public RebalancingTelemetry(IMeterFactory meters, SnapshotStore snapshots)
    {
        Meter meter = meters.Create(ControlTelemetry.MeterName);
        _moves = meter.CreateCounter<long>("hashbalancer.rebalancing.moves", "{arc}", "Arcs that this gateway, leading, moved, by reason: balance, return, hand-over.");
        _moved = meter.CreateCounter<double>("hashbalancer.rebalancing.moved", unit: null, "Key space that this gateway, leading, moved: 1 is all of it.");
        _refused = meter.CreateCounter<long>("hashbalancer.rebalancing.refused", "{entry}", "Entries of the registry that were not followed, by reason: malformed, older, out-of-range.");
        _planned = meter.CreateCounter<long>("hashbalancer.rebalancing.plans", "{plan}", "Plans that this gateway, leading, made, those that move nothing among them.");
        meter.CreateObservableGauge("hashbalancer.rebalancing.overrides", () => snapshots.Current.Pools.Values.Select(p => Of(p.Ring.Overrides.Length, p.Name)), "{override}", "Arcs that are given to another node than the ring's.");
        meter.CreateObservableGauge("hashbalancer.rebalancing.version", () => snapshots.Current.Pools.Values.Select(p => Of(p.AssignmentVersion, p.Name)), "{version}", "Version of the assignment in force; equal on all gateways.");
        meter.CreateObservableGauge("hashbalancer.rebalancing.busiest", () => _plans.Select(p => new Measurement<double>(p.Value.Busiest, new KeyValuePair<string, object?>("pool", p.Key))), unit: null, "The busiest node's utilisation over the mean, as the leader last saw it; absent elsewhere.");
    }

    /// <summary>A plan was made.</summary>
    public void Planned(string pool, RebalancePlan plan)
    {
        _plans[pool] = plan;
        _planned.Add(1, new KeyValuePair<string, object?>("pool", pool));
    }

    /// <summary>A plan was published.</summary>
    public void Moved(string pool, RebalancePlan plan)
    {
        foreach (IGrouping<ArcMoveReason, ArcMove> reason in plan.Moves.GroupBy(m => m.Reason))
            _moves.Add(reason.Count(), new("pool", pool), new("reason", NameOf(reason.Key)));
        _moved.Add(plan.MovedShare, new KeyValuePair<string, object?>("pool", pool));
    }

    /// <summary>An entry was not followed.</summary>
    public void Refused(string pool, string reason) => _refused.Add(1, new("pool", pool), new("reason", reason));

    /// <summary>This gateway leads no more.</summary>
    public void Forget() => _plans.Clear();

    private static string NameOf(ArcMoveReason reason) => reason switch
    {
        ArcMoveReason.Return => "return",
        ArcMoveReason.HandOver => "hand-over",
        _ => "balance",
    };

    private static Measurement<long> Of(long value, string pool) => new(value, new KeyValuePair<string, object?>("pool", pool));
}
