using HashBalancer.Ring;
using Microsoft.Extensions.Hosting;

namespace HashBalancer.Proxy;

/// <summary>Draws conclusions from what requests counted, four times a second for every pool: which keys are hot, which nodes are slow, how long is long, how much is too much.</summary>
/// <remarks>Often enough that a flash key is shared well within the 2 s that it may take; seldom enough to cost nothing.</remarks>
internal sealed class PoolReviser(PoolPolicies pools, SnapshotStore snapshots, LoadTable loads, TimeProvider time) : IHostedService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly NodePaces _paces = new();
    private readonly Lock _revising = new();
    private ITimer? _timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(static me => ((PoolReviser)me!).Revise(), this, Interval, Interval);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    private void Revise()
    {
        // A slow round makes the timer's next one fall away, not run beside it.
        if (!_revising.TryEnter())
            return;
        try
        {
            Snapshot snapshot = snapshots.Current;
            foreach (Pool pool in pools.All)
            {
                if (!snapshot.Pools.TryGetValue(pool.Name, out PoolSnapshot? view))
                    continue;
                if (pool.Policy.Retry.HedgeQuantile is > 0 and double quantile)
                    pool.Runtime.Latencies.Revise(quantile);
                if (pool.Runtime.HotKeys is { } hotKeys)
                {
                    hotKeys.Revise(view.Ring.ServingCount, view.AgreedHotKeys);
                    if (view.Nodes is [var any, ..])
                        any.Load.Pool.CountHotKeysBy(hotKeys.Sketch);
                }

                _paces.Revise(view);
                pool.Gate?.Revise(view);
                loads.Of(view.Name).Note(
                    pool.Runtime.Of(ErrorReason.QueueFull) + pool.Runtime.Of(ErrorReason.Shed) + pool.Runtime.Of(ErrorReason.QueueTimeout)
                    + pool.Runtime.Of(ErrorReason.NoNodes) + pool.Runtime.Of(ErrorReason.NoServingNode),
                    pool.Gate?.Waiting ?? 0);
            }
        }
        finally
        {
            _revising.Exit();
        }
    }
}
