using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Ejects nodes of a pool and takes them back, within the limits for the pool as a whole.</summary>
/// <remarks>Thread-safe. The lock is taken when a node's fate changes, not per request.</remarks>
internal sealed class PoolHealth
{
    private readonly Lock _changing = new();
    private volatile bool _isPanicking;

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
        HealthVerdict verdict = policy.Enabled
            ? runtime.Health.Report(outcome is Outcome.Failed or Outcome.ServerError, policy, time)
            : runtime.Health.IsSound ? HealthVerdict.Keep : HealthVerdict.Reinstate;
        if (verdict != HealthVerdict.Keep)
            Change(runtime, verdict, view, policy, time);
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

    private void Change(NodeRuntime runtime, HealthVerdict verdict, PoolSnapshot view, OutlierPolicy policy, TimeProvider time)
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
                _ = new Ejection(this, runtime, runtime.Health.Eject(policy), time);
            }

            Balance(view, policy);
        }
    }

    /// <summary>Enters or leaves the panic mode, in which no ejection bars a node.</summary>
    private void Balance(PoolSnapshot view, OutlierPolicy policy)
    {
        int all = view.Nodes.Count(node => node.State != NodeState.Draining);
        int healthy = view.Nodes.Count(node => node.State == NodeState.Up && NodeRuntime.Of(node).Health.IsSound);
        _isPanicking = healthy < policy.PanicShare * all;
        foreach (Node node in view.Nodes)
        {
            NodeRuntime runtime = NodeRuntime.Of(node);
            if (_isPanicking || runtime.Health.IsSound || runtime.Health.AwaitsProbe)
                runtime.Unbar(NodeObstacles.Ejected);
            else
                runtime.Bar(NodeObstacles.Ejected);
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
