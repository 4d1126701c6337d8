using HashBalancer.Consul;
using HashBalancer.Ring;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>Measures what pools of the fleet need, as far as this gateway sees it, and reports it with how nodes on their way get on.</summary>
internal sealed class DemandReporter(
    ConsulClient client, SnapshotStore snapshots, LoadTable loads, AllocatedPools pools, FleetView fleet, string gateway, CoordinationKeys keys, TimeProvider time,
    IOptions<AllocationOptions> options, ILogger<DemandReporter> logger) : BackgroundService
{
    /// <summary>What is in flight is looked at so often, and news of nodes on their way are reported without waiting for the next report.</summary>
    private static readonly TimeSpan SampleInterval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan SessionTtl = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, DemandMeter> _meters = new(StringComparer.OrdinalIgnoreCase);
    private readonly SessionEntries _entries = new(client, $"hashbalancer traffic of {gateway}", SessionTtl, time);
    private PoolTraffic[] _traffic = [];
    private GatewayReport? _reported;
    private long _number;
    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Mode == AllocationMode.Off)
            return;
        await pools.WhenAny.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var timer = new PeriodicTimer(SampleInterval, time);
        long sampled = time.GetTimestamp(), measured = sampled;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Snapshot snapshot = snapshots.Current;
                Sample(snapshot, time.GetElapsedTime(sampled));
                sampled = time.GetTimestamp();
                bool isDue = time.GetElapsedTime(measured) >= options.Value.Interval;
                if (isDue)
                {
                    _traffic = Measure(snapshot, time.GetElapsedTime(measured));
                    measured = time.GetTimestamp();
                }

                // The epoch before the snapshot: what is reported of nodes must be at least as new as it says.
                long epoch = fleet.Epoch;
                TransitNode[] nodes = [.. Transit.Of(fleet.Map, snapshots.Current)];
                if (isDue || _reported is null || _reported.Epoch != epoch || !_reported.Nodes.SequenceEqual(nodes))
                    await ReportAsync(new GatewayReport(epoch, _traffic, nodes, ++_number), stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
        finally
        {
            await _entries.EndAsync();
        }
    }

    private void Sample(Snapshot snapshot, TimeSpan elapsed)
    {
        IReadOnlyDictionary<string, AllocatedPool> sized = pools.Current;
        foreach (string gone in _meters.Keys.Where(name => !sized.ContainsKey(name)).ToArray())
            _meters.Remove(gone);
        foreach (PoolSnapshot pool in snapshot.Pools.Values)
        {
            if (!sized.TryGetValue(pool.Name, out AllocatedPool? wanted))
                continue;
            if (!_meters.TryGetValue(pool.Name, out DemandMeter? meter) || meter.Memory != wanted.Options.AveragingTime)
                _meters[pool.Name] = meter = new DemandMeter(pool.Name, wanted.Options.AveragingTime);
            meter.Sample(loads.Of(pool.Name), elapsed);
        }
    }

    private PoolTraffic[] Measure(Snapshot snapshot, TimeSpan elapsed) =>
        [.. snapshot.Pools.Values.Where(pool => _meters.ContainsKey(pool.Name) && pool.Source != MembershipSource.None)
            .Select(pool => _meters[pool.Name].Measure(pool, loads.Of(pool.Name), elapsed, time.GetUtcNow()))];

    private async Task ReportAsync(GatewayReport report, CancellationToken stop)
    {
        try
        {
            await _entries.WriteAsync([(keys.Traffic + gateway, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(report, FleetJson.Default.GatewayReport))], stop);
            _reported = report;
            _failing = false;
        }
        catch (ConsulException e)
        {
            if (!_failing)
                logger.LogWarning("What pools need is not reported to the leader while the registry does not take it: {Reason}", e.Message);
            _failing = true;
            _reported = report;
        }
    }
}
