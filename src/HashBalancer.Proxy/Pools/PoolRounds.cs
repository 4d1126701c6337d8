using HashBalancer.Ring;
using Microsoft.Extensions.Hosting;

namespace HashBalancer.Proxy;

/// <summary>Looks at every pool again and again while the gateway runs.</summary>
/// <remarks>A round that takes longer than the time between two makes the next fall away, not run beside it: what derives from this needs no locks against itself.</remarks>
internal abstract class PoolRounds(PoolPolicies pools, SnapshotStore snapshots, TimeProvider time, TimeSpan interval) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _looking = new();
    private ITimer? _timer;
    private long _round;

    protected SnapshotStore Snapshots => snapshots;

    protected TimeProvider Time => time;

    /// <summary>Cancelled when the gateway stops: for what a round began and did not wait for.</summary>
    protected CancellationToken Stopping => _stop.Token;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(static me => ((PoolRounds)me!).Round(), this, interval, interval);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_timer is not null)
            await _timer.DisposeAsync();
        await _stop.CancelAsync();
    }

    public virtual void Dispose() => _timer?.Dispose();

    /// <summary>Looks at one pool.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="view">What is known of its nodes.</param>
    /// <param name="round">The round's number, from 1.</param>
    protected abstract void Look(Pool pool, PoolSnapshot view, long round);

    private void Round()
    {
        if (!_looking.TryEnter())
            return;
        try
        {
            _round++;
            Snapshot snapshot = snapshots.Current;
            foreach (Pool pool in pools.All)
            {
                if (snapshot.Pools.TryGetValue(pool.Name, out PoolSnapshot? view))
                    Look(pool, view, _round);
            }
        }
        finally
        {
            _looking.Exit();
        }
    }
}
