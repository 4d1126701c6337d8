using HashBalancer.Control;
using HashBalancer.Ring;

namespace HashBalancer.Simulation.Runs;

/// <summary>The gateway's own measuring and planning before a simulated pool: as in a gateway that leads, without a registry between.</summary>
internal sealed class SimulatedRebalancer
{
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(250);

    private readonly SimulatedPool _pool;
    private readonly RebalancingOptions _options;
    private readonly TimeProvider _time;
    private readonly PoolMeter _meter = new();
    private readonly PoolRebalancer _rebalancer;
    private readonly List<ITimer> _timers = [];
    private long _sampled;
    private long _measured;

    public SimulatedRebalancer(SimulatedPool pool, RebalancingOptions options, TimeProvider time)
    {
        (_pool, _options, _time) = (pool, options, time);
        _rebalancer = new PoolRebalancer(options);
        _timers.Add(time.CreateTimer(_ => Sample(), null, SampleInterval, SampleInterval));
        _timers.Add(time.CreateTimer(_ => Plan(), null, options.Interval, options.Interval));
    }

    /// <summary>Every plan that moved something, with its time since the start.</summary>
    public List<(TimeSpan At, RebalancePlan Plan)> Plans { get; } = [];

    /// <summary>The part of the key space that moved after a moment; more than 1 when some moved more than once.</summary>
    public double MovedSince(TimeSpan moment) => Plans.Where(p => p.At > moment).Sum(p => p.Plan.MovedShare);

    private void Sample()
    {
        _meter.Sample(_pool.View, _time.GetElapsedTime(_sampled), _time.GetUtcNow());
        _sampled = _time.GetTimestamp();
    }

    private void Plan()
    {
        PoolSummary summary = _meter.Measure(_pool.View, _time.GetElapsedTime(_measured), _time.GetUtcNow());
        _measured = _time.GetTimestamp();
        if (_pool.View.Nodes[0].Load.Pool.HotKeys is { } sketch)
            summary = summary with { HotKeys = HotKeySummary.Merge([sketch.Read(_time.GetTimestamp())], PoolSummary.MostHotKeys) };
        RebalancePlan plan = _rebalancer.Plan(RebalancingState.Of(_pool.View), PoolSummary.Merge([summary]), _time.GetUtcNow());
        if (_options.Mode != RebalancingMode.On)
            return;
        if (plan.Moves.Length > 0)
            Plans.Add((_pool.Now, plan));
        PoolSnapshot view = _pool.View;
        _pool.Publish(PoolPublication.With(view, new PoolAssignment(view.AssignmentVersion + 1, plan.Overrides, plan.HotKeys), ordered: []));
    }
}
