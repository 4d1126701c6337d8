using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Passes nodes of a pool over for what they answer, to requests or to checks, and takes them back, within the limits for the pool as a whole.</summary>
/// <remarks>Thread-safe. The lock is taken when a node's fate changes, not per request.</remarks>
internal sealed class PoolHealth
{
    private readonly Lock _changing = new();
    private readonly CounterSet _checks = new(2, stripes: 1);
    private volatile bool _isPanicking;
    private volatile bool _someChecked;
    private PoolSnapshot? _seen;
    private long _counted;

    /// <summary>Whether so many nodes are bad that ejections are ignored.</summary>
    public bool IsPanicking => _isPanicking;

    /// <summary>Counts a request sent to a node: after an ejection the first one is a probe, and others wait for what it tells.</summary>
    public void Begin(Node node)
    {
        NodeRuntime runtime = NodeRuntime.Of(node);
        if (runtime.Health.IsSound || !runtime.Health.AwaitsProbe)
            return;
        lock (_changing)
        {
            if (runtime.Health.BeginProbe() && !_isPanicking)
                runtime.Bar(NodeObstacles.Ejected);
        }
    }

    /// <summary>Counts the end of a request and draws the conclusion.</summary>
    /// <param name="node">Where it was.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="view">The pool as the request's snapshot has it.</param>
    /// <param name="policy">The pool's policy.</param>
    /// <param name="time">The clock.</param>
    public void Report(Node node, Outcome outcome, PoolSnapshot view, OutlierPolicy policy, TimeProvider time)
    {
        NodeRuntime runtime = NodeRuntime.Of(node);
        if (outcome == Outcome.Canceled)
        {
            if (!runtime.Health.IsSound)
                ForgetProbe(runtime);
            return;
        }

        // A node that was ejected when ejection was switched off comes back by its next request: its obstacle is waived after its time.
        EjectionReason reason = default;
        HealthVerdict verdict = policy.Enabled
            ? runtime.Health.Report(outcome is Outcome.Failed or Outcome.ServerError, policy, time, out reason)
            : runtime.Health.IsSound ? HealthVerdict.Keep : HealthVerdict.Reinstate;
        if (verdict != HealthVerdict.Keep)
            Change(runtime, verdict, reason, view, policy, time);
    }

    /// <summary>How many of this gateway's own checks passed, or did not.</summary>
    public long ChecksThat(bool passed) => _checks.Sum(passed ? 1 : 0);

    /// <summary>Counts one of this gateway's own checks.</summary>
    public void Checked(Node node, bool passed, ActiveCheckPolicy policy, PoolSnapshot view, OutlierPolicy outliers)
    {
        _checks.Increment(passed ? 1 : 0);
        lock (_changing)
        {
            _someChecked = true;
            if (NodeRuntime.Of(node).Check.Report(passed, policy))
                Balance(view, outliers);
        }
    }

    /// <summary>Forgets what checks said, if there were any: the pool has none any more.</summary>
    public void ForgetChecks(PoolSnapshot view, OutlierPolicy policy)
    {
        if (!_someChecked)
            return;
        lock (_changing)
        {
            _someChecked = false;
            foreach (Node node in view.Nodes)
                NodeRuntime.Of(node).Check.Reset();
            Balance(view, policy);
        }
    }

    /// <summary>Looks the pool over: whether it still panics with the nodes it has now, and, once a window, who stands out. For one caller at a time.</summary>
    public void Look(PoolSnapshot view, OutlierPolicy policy, TimeProvider time)
    {
        if (!ReferenceEquals(view, _seen))
        {
            _seen = view;
            lock (_changing)
                Balance(view, policy);
        }

        foreach (Node node in view.Nodes)
            NodeRuntime.Of(node).Health.EndWindow(policy, time);
        long now = time.GetTimestamp();
        if (time.GetElapsedTime(_counted, now) < policy.Window)
            return;
        bool isFirst = _counted == 0;
        _counted = now;
        NodeRuntime[] nodes = [.. view.Nodes.Where(node => node.State == NodeState.Up).Select(NodeRuntime.Of)];
        NodeFigures[] figures = [.. view.Nodes.Where(node => node.State == NodeState.Up).Select(node => NodeRuntime.Of(node).Figures(node.Load.Latency))];
        if (isFirst || !policy.Enabled)
            return;
        EjectionReason?[] reasons = Outliers.Find(figures, policy);
        for (int i = 0; i < nodes.Length; i++)
        {
            if (reasons[i] is { } reason && nodes[i].Health.IsSound)
                Change(nodes[i], HealthVerdict.Eject, reason, view, policy, time);
        }
    }

    private void ForgetProbe(NodeRuntime runtime)
    {
        lock (_changing)
        {
            runtime.Health.ForgetProbe();
            if (runtime.Health.AwaitsProbe)
                runtime.Unbar(NodeObstacles.Ejected);
        }
    }

    private void Change(NodeRuntime runtime, HealthVerdict verdict, EjectionReason reason, PoolSnapshot view, OutlierPolicy policy, TimeProvider time)
    {
        lock (_changing)
        {
            if (verdict == HealthVerdict.Reinstate)
            {
                runtime.Health.Reinstate();
                runtime.Unbar(NodeObstacles.Ejected);
            }
            else if (!runtime.Health.IsSound || Ejected(view) + 1 <= policy.MaxEjectedShare * view.Nodes.Length)
            {
                runtime.Bar(NodeObstacles.Ejected);
                _ = new Ejection(this, runtime, runtime.Health.Eject(policy, reason), time);
            }

            Balance(view, policy);
        }
    }

    /// <summary>Enters or leaves the panic mode, in which neither ejection nor failed checks bar a node.</summary>
    private void Balance(PoolSnapshot view, OutlierPolicy policy)
    {
        int all = view.Nodes.Count(node => node.State is not (NodeState.Draining or NodeState.Warming));
        int healthy = view.Nodes.Count(node => node.State == NodeState.Up && NodeRuntime.Of(node) is { Health.IsSound: true, Check.IsUnhealthy: false });
        _isPanicking = healthy < policy.PanicShare * all;
        foreach (Node node in view.Nodes)
        {
            NodeRuntime runtime = NodeRuntime.Of(node);
            if (_isPanicking || runtime.Health.IsSound || runtime.Health.AwaitsProbe)
                runtime.Unbar(NodeObstacles.Ejected);
            else
                runtime.Bar(NodeObstacles.Ejected);
            if (_isPanicking || !runtime.Check.IsUnhealthy)
                runtime.Unbar(NodeObstacles.Unhealthy);
            else
                runtime.Bar(NodeObstacles.Unhealthy);
        }
    }

    private static int Ejected(PoolSnapshot view) => view.Nodes.Count(node => !NodeRuntime.Of(node).Health.IsSound);

    /// <summary>Waits until the time of an ejection is over.</summary>
    private sealed class Ejection
    {
        private readonly PoolHealth _pool;
        private readonly NodeRuntime _runtime;
        private readonly ITimer _timer;

        public Ejection(PoolHealth pool, NodeRuntime runtime, TimeSpan duration, TimeProvider time)
        {
            (_pool, _runtime) = (pool, runtime);
            _timer = time.CreateTimer(static ejection => ((Ejection)ejection!).End(), this, duration, Timeout.InfiniteTimeSpan);
        }

        // Under the pool's lock, which the ejection was made under too: the timer is there.
        private void End()
        {
            lock (_pool._changing)
            {
                _timer.Dispose();
                if (_runtime.Health.AwaitProbe())
                    _runtime.Unbar(NodeObstacles.Ejected);
            }
        }
    }
}
