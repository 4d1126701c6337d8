using HashBalancer.Consul;
using HashBalancer.Ring;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>Measures the load that this gateway sees and puts a summary of each pool into the registry, under a session of its own.</summary>
/// <remarks>The session takes the summaries along when it ends: what a dead gateway measured is gone within its TTL, counted twice.</remarks>
internal sealed class LoadReporter(
    ConsulClient client, SnapshotStore snapshots, string gateway, CoordinationKeys keys, TimeProvider time,
    IOptions<RebalancingOptions> options, MeasuredLoads measurements, OperatorOrders orders, ILogger<LoadReporter> logger) : BackgroundService
{
    /// <summary>In-flight counts are looked at so often: a mean over 10 s then stands on forty looks.</summary>
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan SessionTtl = TimeSpan.FromSeconds(15);
    private readonly Dictionary<string, PoolMeter> _meters = new(StringComparer.OrdinalIgnoreCase);
    private readonly SessionEntries _entries = new(client, $"hashbalancer load of {gateway}", SessionTtl, time);
    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(SampleInterval, time);
        long sampled = time.GetTimestamp(), measured = sampled;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                // Whatever a pool's mode was when the gateway started, an operator may order another.
                if (!IsWanted())
                {
                    sampled = measured = time.GetTimestamp();
                    continue;
                }

                Snapshot snapshot = snapshots.Current;
                Sample(snapshot, time.GetElapsedTime(sampled));
                sampled = time.GetTimestamp();
                if (time.GetElapsedTime(measured) < options.Value.Interval)
                    continue;
                Dictionary<string, PoolSummary> summaries = Measure(snapshot, time.GetElapsedTime(measured));
                measured = time.GetTimestamp();
                measurements.Put(summaries);
                await PublishAsync(summaries, stoppingToken);
            }
        }
        finally
        {
            await _entries.EndAsync();
        }
    }

    private bool IsWanted() => options.Value.Mode != RebalancingMode.Off || orders.Current.Rebalancing.Values.Any(mode => mode != RebalancingMode.Off);

    private void Sample(Snapshot snapshot, TimeSpan elapsed)
    {
        DateTimeOffset now = time.GetUtcNow();
        foreach (string gone in _meters.Keys.Where(name => !snapshot.Pools.ContainsKey(name)).ToArray())
            _meters.Remove(gone);
        foreach (PoolSnapshot pool in snapshot.Pools.Values)
        {
            if (!_meters.TryGetValue(pool.Name, out PoolMeter? meter))
                _meters.Add(pool.Name, meter = new PoolMeter());
            meter.Sample(pool, elapsed, now);
        }
    }

    private Dictionary<string, PoolSummary> Measure(Snapshot snapshot, TimeSpan elapsed)
    {
        DateTimeOffset now = time.GetUtcNow();
        return snapshot.Pools.Values.Where(p => p.Ring.ServingCount > 0).ToDictionary(
            p => p.Name, p => _meters[p.Name].Measure(p, elapsed, now) with { HotKeys = HotKeysOf(p) }, StringComparer.Ordinal);
    }

    private HotKeySummary HotKeysOf(PoolSnapshot pool) => pool.Nodes is [{ Load.Pool.HotKeys: { } sketch }, ..]
        ? HotKeySummary.Merge([sketch.Read(time.GetTimestamp())], PoolSummary.MostHotKeys)
        : HotKeySummary.None;

    private async Task PublishAsync(Dictionary<string, PoolSummary> summaries, CancellationToken stop)
    {
        try
        {
            await _entries.WriteAsync(summaries.Select(summary => (keys.Load(summary.Key, gateway), SummaryFormat.Write(summary.Value))), stop);
            _failing = false;
        }
        catch (ConsulException e)
        {
            // The next round makes a new session if this one is gone; the registry's own report says that it does not answer.
            if (!_failing && e is not (ConsulNotFoundException or ConsulInvalidSessionException))
                logger.LogWarning(new EventId(2120, "LoadNotReported"), "Load is not reported to the leader while the registry does not take it: {Reason}", e.Message);
            _failing = true;
        }
    }
}
