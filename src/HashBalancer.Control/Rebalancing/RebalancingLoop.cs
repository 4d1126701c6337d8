using System.Collections.Immutable;
using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using HashBalancer.Ring;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>What the leader does about load: reads every gateway's summaries, plans for each pool, and publishes what moves.</summary>
internal sealed class RebalancingLoop(
    ConsulClient client, SnapshotStore snapshots, SnapshotPublisher publisher, CoordinationKeys keys, TimeProvider time,
    IOptions<RebalancingOptions> options, RebalancingTelemetry telemetry, RebalancingHistory history, OperatorOrders orders, ILogger<RebalancingLoop> logger)
{
    /// <summary>After this time what a plan did to the nodes shows in what they report, whose averages fade in 10 s.</summary>
    private static readonly TimeSpan ObservedAfter = TimeSpan.FromSeconds(90);

    /// <summary>Plans until the term is over.</summary>
    public async Task RunAsync(ConsulLock term, CancellationToken over)
    {
        Dictionary<string, PoolRebalancer> rebalancers = new(StringComparer.Ordinal);
        var heartbeats = new HeartbeatLoads(client, keys, time, telemetry);
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        try
        {
            do
            {
                try
                {
                    await PlanAllAsync(term, rebalancers, heartbeats, over);
                }
                catch (ConsulException e)
                {
                    // Everything stays as it is; the registry's own report says why.
                    logger.LogDebug(new EventId(2110, "NoPlan"), "No plan: {Reason}", e.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(over));
        }
        finally
        {
            telemetry.Forget();
        }
    }

    private async Task PlanAllAsync(ConsulLock term, Dictionary<string, PoolRebalancer> rebalancers, HeartbeatLoads heartbeats, CancellationToken over)
    {
        ILookup<string, PoolSummary> summaries = Summaries((await client.Kv.ListAsync(keys.Loads, cancellation: over)).Value);
        IReadOnlyList<KVPair> published = (await client.Kv.ListAsync(keys.Assignments, cancellation: over)).Value;
        Snapshot snapshot = snapshots.Current;
        await heartbeats.ReadAsync(snapshot, over);
        foreach (string gone in rebalancers.Keys.Where(name => !snapshot.Pools.ContainsKey(name)).ToArray())
            rebalancers.Remove(gone);
        foreach (PoolSnapshot pool in snapshot.Pools.Values)
        {
            // A summary from before the last plan came into force would have the same load move twice.
            PoolSummary[] current = [.. summaries[pool.Name].Where(summary => summary.AssignmentVersion == pool.AssignmentVersion)];
            if (ModeOf(pool.Name) == RebalancingMode.Off || current.Length == 0 || pool.Ring.ServingCount < 2 || pool.AssignmentVersion != publisher.AssignmentOf(pool.Name).Version)
                continue;
            if (!rebalancers.TryGetValue(pool.Name, out PoolRebalancer? rebalancer))
                rebalancers[pool.Name] = rebalancer = new PoolRebalancer(options.Value);
            PoolReading reading = heartbeats.Complete(PoolSummary.Merge(current));
            RebalancePlan plan = rebalancer.Plan(RebalancingState.Of(pool), reading, time.GetUtcNow(), orders.Current.OverridesOf(pool.Name));
            telemetry.Planned(pool.Name, plan);
            history.Measured(pool.Name, plan.Busiest, time.GetUtcNow(), ObservedAfter);
            await FollowAsync(term, pool, plan, published.FirstOrDefault(p => p.Key == keys.Assignment(pool.Name)), over);
        }
    }

    /// <summary>Whether measured load moves a pool's arcs: as an operator ordered, else as configured.</summary>
    public RebalancingMode ModeOf(string pool) => orders.Current.RebalancingOf(pool) ?? options.Value.Mode;

    private ILookup<string, PoolSummary> Summaries(IReadOnlyList<KVPair> entries)
    {
        List<(string Pool, PoolSummary Summary)> read = [];
        foreach (KVPair entry in entries)
        {
            string pool = keys.PoolOfLoad(entry.Key);
            if (SummaryFormat.TryRead(entry.Value, out PoolSummary? summary))
                read.Add((pool, summary));
            else
                telemetry.Refused(pool, "malformed");
        }

        return read.ToLookup(r => r.Pool, r => r.Summary, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Puts a plan into the registry, from where every gateway, this one too, takes it.</summary>
    /// <param name="term">The leader's term.</param>
    /// <param name="pool">The pool that was planned for.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="entry">The pool's assignment in the registry; null when there is none. Another one by now: nothing is written.</param>
    /// <param name="over">Cancelled when the term is over.</param>
    private async Task FollowAsync(ConsulLock term, PoolSnapshot pool, RebalancePlan plan, KVPair? entry, CancellationToken over)
    {
        PoolAssignment known = publisher.AssignmentOf(pool.Name);
        bool forgotten = entry is null && known.Version > 0;
        if (!forgotten && !Changes(pool, plan, orders.Current.OverridesOf(pool.Name)))
            return;
        if (ModeOf(pool.Name) == RebalancingMode.Observe && !forgotten)
        {
            if (plan.Moves.Length == 0)
                return;
            history.Add(pool.Name, plan, version: 0, time.GetUtcNow());
            logger.LogInformation(new EventId(2111, "PlanObserved"), "Pool {Pool}: would move {Count} arc(s), {Share:P2} of the key space: the busiest node goes from {Before:0.00} to {After:0.00} of the mean",
                pool.Name, plan.Moves.Length, plan.MovedShare, plan.Busiest, plan.PredictedBusiest);
            return;
        }

        // A registry that forgot gets what is in force back before anything new is planned on top.
        PoolAssignment next = forgotten ? known : new PoolAssignment(known.Version + 1, plan.Overrides, plan.HotKeys);
        TxnResponse answer = await client.Txn.ApplyAsync(
        [
            new TxnOp { KV = new TxnKVOp { Verb = "check-session", Key = keys.Leader, Session = term.SessionId } },
            new TxnOp { KV = new TxnKVOp { Verb = "cas", Key = keys.Assignment(pool.Name), Value = AssignmentFormat.Write(next), Index = entry?.ModifyIndex ?? 0 } },
        ], over);
        if (!answer.Committed || forgotten || plan.Moves.Length == 0)
            return;
        telemetry.Moved(pool.Name, plan);
        history.Add(pool.Name, plan, next.Version, time.GetUtcNow());
        logger.LogInformation(new EventId(2112, "PlanFollowed"), "Pool {Pool}: assignment {Version} moves {Count} arc(s), {Share:P2} of the key space: the busiest node goes from {Before:0.00} to {After:0.00} of the mean",
            pool.Name, next.Version, plan.Moves.Length, plan.MovedShare, plan.Busiest, plan.PredictedBusiest);
    }

    private static bool Changes(PoolSnapshot pool, RebalancePlan plan, ImmutableArray<RingOverride> ordered) =>
        plan.Moves.Length > 0
        || !plan.Overrides.AsSpan().SequenceEqual(OverrideEdits.Without(pool.Ring.Overrides, ordered).AsSpan())
        || (plan.HotKeys is { } keys && (pool.AgreedHotKeys is not { } agreed || agreed.Count != keys.Length || keys.Any(k => agreed.GetValueOrDefault(k.Hash) != k.Sharers)));
}
