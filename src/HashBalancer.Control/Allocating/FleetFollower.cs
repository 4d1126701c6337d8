using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>Follows the leader's epochs in the registry and hands the leases to the publisher; and what the leader shows to the view.</summary>
/// <remarks>
/// An epoch is published after the leases that it is about, so that who sees it finds them all. A lease of a later epoch is of a publication that is
/// not complete: what was known of its node stays. An older epoch is refused. No registry, or one that forgot, leaves everything as it is.
/// </remarks>
internal sealed class FleetFollower(
    ConsulClient client, CoordinationKeys keys, SnapshotPublisher publisher, AllocatedPools pools, FleetView view, TimeProvider time, IOptions<AllocationOptions> options,
    AllocationTelemetry telemetry, ILogger<FleetFollower> logger) : BackgroundService
{
    private ulong _told;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.Mode == AllocationMode.Off)
            return;
        await pools.WhenAny.WaitAsync(stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(FollowEpochsAsync(stoppingToken), FollowStateAsync(stoppingToken));
    }

    private async Task FollowEpochsAsync(CancellationToken stop)
    {
        try
        {
            await foreach (WatchEvent<KVPair?> seen in ConsulWatch.RunAsync((query, token) => client.Kv.GetAsync(keys.FleetEpoch, query, token), time: time, cancellation: stop))
            {
                // A failure is told by the watches of membership.
                if (seen is WatchValue<KVPair?> { Value: { } entry })
                    await TakeAsync(entry, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private async Task TakeAsync(KVPair entry, CancellationToken stop)
    {
        if (LeaseFormat.ReadEpoch(entry.Value) is not { } epoch)
        {
            Refuse(entry, "malformed", "it cannot be read");
            return;
        }

        if (epoch.Number < view.Epoch)
        {
            Refuse(entry, "older", FormattableString.Invariant($"epoch {epoch.Number} is older than the one in force, {view.Epoch}"));
            return;
        }

        try
        {
            while (epoch.Number > view.Epoch)
            {
                FleetPicture picture = FleetPicture.Of((await client.Kv.ListAsync(keys.Leases, cancellation: stop)).Value, keys);
                if (picture.Malformed.Count > 0)
                    telemetry.Refused("malformed", picture.Malformed.Count);
                Dictionary<string, FleetLease> leases = picture.Leases.ToDictionary(lease => lease.Key, lease => lease.Value.Lease, StringComparer.Ordinal);
                foreach (FleetLease later in leases.Values.Where(lease => lease.Epoch > epoch.Number).ToArray())
                {
                    if (view.Leases.TryGetValue(later.Node, out FleetLease? known))
                        leases[later.Node] = known;
                    else
                        leases.Remove(later.Node);
                }

                var map = new FleetMap(epoch.Number, leases.Values);
                publisher.SetFleet(map);
                await publisher.WhenPublished().WaitAsync(stop);
                view.TryAdvance(map);
            }
        }
        catch (ConsulException e)
        {
            // The epoch is seen again when the registry answers: a watch begins with a plain read then.
            logger.LogDebug("Epoch {Epoch} is not followed yet: {Reason}", epoch.Number, e.Message);
        }
    }

    private async Task FollowStateAsync(CancellationToken stop)
    {
        try
        {
            await foreach (WatchEvent<KVPair?> seen in ConsulWatch.RunAsync((query, token) => client.Kv.GetAsync(keys.FleetState, query, token), time: time, cancellation: stop))
            {
                if (seen is WatchValue<KVPair?> { Value: { } entry } && Packed.Read(entry.Value, FleetJson.Default.AllocationState) is { } state)
                    view.Show(state);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private void Refuse(KVPair entry, string reason, string detail)
    {
        telemetry.Refused(reason);
        if (_told != entry.ModifyIndex)
            logger.LogWarning("The fleet keeps the leases of epoch {Epoch}: {Detail}", view.Epoch, detail);
        _told = entry.ModifyIndex;
    }
}
