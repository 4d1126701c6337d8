using HashBalancer.Ring;
using Microsoft.Extensions.Hosting;

namespace HashBalancer.Proxy;

/// <summary>Revises the hot keys of every pool four times a second: a flash key is shared well within the 2 s that it may take.</summary>
internal sealed class HotKeyReviser(PoolPolicies pools, SnapshotStore snapshots, TimeProvider time) : IHostedService, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly Lock _revising = new();
    private ITimer? _timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(static me => ((HotKeyReviser)me!).Revise(), this, Interval, Interval);
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
                if (pool.Runtime.HotKeys is { } hot && snapshot.Pools.TryGetValue(pool.Name, out PoolSnapshot? view))
                    hot.Revise(view.Ring.ServingCount);
            }
        }
        finally
        {
            _revising.Exit();
        }
    }
}
