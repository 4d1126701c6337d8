using HashBalancer.Allocation.Model;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>What the leader does about the fleet: reads what gateways and agents report, plans a round, publishes what changes, and shows the whole.</summary>
internal sealed class AllocationLoop(
    ConsulClient client, CoordinationKeys keys, AllocatedPools pools, FleetView view, TimeProvider time,
    IOptions<AllocationOptions> options, AllocationTelemetry telemetry, ILogger<AllocationLoop> logger)
{
    /// <summary>Rounds follow each other no sooner, however much is reported.</summary>
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(200);

    /// <summary>A node that is registered no more is forgotten after this time; until then it comes back to its pool.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

    /// <summary>Leads until the term is over.</summary>
    public async Task RunAsync(ConsulLock term, string name, CancellationToken over)
    {
        if (options.Value.Mode == AllocationMode.Off)
            return;
        await pools.WhenAny.WaitAsync(over);
        var round = new FleetRound(options.Value, time);
        var store = new FleetStore(client, keys, term, options.Value.History, logger);
        ulong index = 0;
        while (true)
        {
            long began = time.GetTimestamp();
            try
            {
                index = await RoundAsync(round, store, name, index, over);
            }
            catch (ConsulException e)
            {
                // Everything stays as it is; the registry's own report says why.
                logger.LogDebug("No round: {Reason}", e.Message);
                index = 0;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Whatever is wrong with one round, requests go on, and so does the term.
                logger.LogError(e, "A round of the fleet failed, and nothing has moved");
                index = 0;
            }

            TimeSpan least = index == 0 ? options.Value.Interval : LeastPause;
            if (least - time.GetElapsedTime(began) is { Ticks: > 0 } rest)
                await Task.Delay(rest, time, over);
        }
    }

    private async Task<ulong> RoundAsync(FleetRound round, FleetStore store, string name, ulong index, CancellationToken over)
    {
        // Wakes when anything is reported, and after an interval at the latest.
        QueryResult<IReadOnlyList<KVPair>> entries = await client.Kv.ListAsync(keys.Fleet, new QueryOptions { Index = index, Wait = index == 0 ? null : options.Value.Interval }, over);
        IReadOnlyList<ServiceEntry> registered = (await client.Health.ServiceAsync(options.Value.FleetService, cancellation: over)).Value;
        FleetPicture picture = FleetPicture.Of(entries.Value, keys);
        if (picture.Malformed.Count > 0)
            telemetry.Refused("malformed", picture.Malformed.Count);
        List<string> warnings = [];
        List<FleetNode> nodes = FleetNodeReading.Of(registered, [AllocationOptions.NodesResource, .. options.Value.Resources], warnings);
        foreach (string warning in warnings.Where(round.IsNew))
            logger.LogWarning("{Warning}", warning);

        // A registry that forgot gets what is in force back before anything new is planned on top.
        if (picture.Epoch is null && view.Epoch > 0)
        {
            await store.RestoreAsync(new FleetEpoch(view.Epoch, time.GetUtcNow(), name), view.Leases.Values, picture, over);
            return 0;
        }

        long began = time.GetTimestamp();
        FleetInput input = round.Input(picture, nodes, pools.Current);
        FleetDecision plan = FleetPlanner.Plan(input);
        telemetry.Round(time.GetElapsedTime(began));
        if (plan.Fault is not null && round.IsNew(plan.Fault))
            logger.LogError("The fleet cannot be divided, and nothing moves: {Fault}", plan.Fault);
        bool published = false;
        if (options.Value.Mode == AllocationMode.On && plan.Changed.Count > 0)
        {
            published = await store.PublishAsync(input, plan, picture, name, over);
            if (published)
                Tell(plan, picture, input.Epoch + 1);
        }

        if (options.Value.Mode == AllocationMode.On)
            await store.ForgetAsync(round.Gone(picture, nodes, Forgotten), over);
        await store.ShowAsync(round.State(input, plan, picture, published, name), over);
        return entries.Index;
    }

    private void Tell(FleetDecision plan, FleetPicture picture, long epoch)
    {
        telemetry.Published(plan.Changed, picture.Leases.ToDictionary(lease => lease.Key, lease => lease.Value.Lease, StringComparer.Ordinal));
        foreach (FleetLease lease in plan.Changed.Take(20))
        {
            logger.LogInformation("Epoch {Epoch}: node {Node} is {Phase} {Pool}{Next}", epoch, lease.Node, lease.Phase, lease.Pool ?? $"(was of {lease.FormerPool})",
                lease.Next is null ? "" : $", then {lease.Next}");
        }
    }
}
