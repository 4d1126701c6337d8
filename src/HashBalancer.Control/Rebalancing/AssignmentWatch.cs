using HashBalancer.Consul;
using HashBalancer.Consul.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>Follows the leader's assignments in the registry and hands them to the publisher.</summary>
/// <remarks>
/// An older version than the one in force is refused: a registry that forgot, or a leader that was cut off, must not undo what every
/// other gateway follows. Nothing in the registry, or no registry, leaves everything as it is.
/// </remarks>
internal sealed class AssignmentWatch(
    ConsulClient client, CoordinationKeys keys, SnapshotPublisher publisher, TimeProvider time, RebalancingTelemetry telemetry, ILogger<AssignmentWatch> logger)
    : BackgroundService
{
    private readonly HashSet<(string, ulong)> _told = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (WatchEvent<IReadOnlyList<KVPair>> seen in ConsulWatch.RunAsync(
                (query, stop) => client.Kv.ListAsync(keys.Assignments, query, stop), time: time, cancellation: stoppingToken))
            {
                // A failure is told by the watches of membership; the assignments stay.
                if (seen is WatchValue<IReadOnlyList<KVPair>> { Value: var pairs })
                    Take(pairs);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
    }

    private void Take(IReadOnlyList<KVPair> pairs)
    {
        foreach (KVPair pair in pairs)
        {
            string pool = pair.Key[keys.Assignments.Length..];
            if (!AssignmentFormat.TryRead(pair.Value, out PoolAssignment? assignment, out string? fault))
            {
                telemetry.Refused(pool, "malformed");
                if (_told.Add((pool, pair.ModifyIndex)))
                    logger.LogWarning(new EventId(2100, "AssignmentMalformed"), "Pool {Pool} keeps its assignment: the one in the registry cannot be read: {Reason}", pool, fault);
            }
            else if (!publisher.TryAdvance(pool, assignment) && publisher.AssignmentOf(pool).Version is var known && assignment.Version < known)
            {
                telemetry.Refused(pool, "older");
                if (_told.Add((pool, pair.ModifyIndex)))
                    logger.LogWarning(new EventId(2101, "AssignmentOlder"), "Pool {Pool} keeps assignment {Version}: the one in the registry is older, {Older}", pool, known, assignment.Version);
            }
        }
    }
}
