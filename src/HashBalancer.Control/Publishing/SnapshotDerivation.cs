using System.Collections.Frozen;
using HashBalancer.Ring;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Control;

/// <summary>What the next snapshot is, and what is to be done when it is in force.</summary>
/// <param name="Snapshot">The next snapshot; null when the one in force says it all already.</param>
/// <param name="MovingPools">Pools with nodes on their way in or out.</param>
/// <param name="NextStep">When one of these nodes takes its next step, from now; null: none does by itself.</param>
internal sealed record DerivedSnapshot(Snapshot? Snapshot, string[] MovingPools, TimeSpan? NextStep);

/// <summary>Derives snapshots from the one in force and from what is wanted. Not thread-safe: the publisher's worker alone calls it.</summary>
internal sealed class SnapshotDerivation(LoadTable loads, ControlTelemetry telemetry, TimeProvider time, ILogger logger)
{
    private readonly Dictionary<string, PoolLife> _lives = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The snapshot that follows the one in force.</summary>
    public DerivedSnapshot Derive(Snapshot current, PublicationInput input)
    {
        Dictionary<string, PoolSnapshot> pools = new(StringComparer.OrdinalIgnoreCase);
        bool changed = input.Names.Count != current.Pools.Count;
        foreach (string name in input.Names)
        {
            bool known = current.Pools.TryGetValue(name, out PoolSnapshot? pool);
            changed |= !known;
            pools.Add(name, pool ?? PoolPublication.Unanswered(name));
        }

        foreach (string name in input.Names)
        {
            PoolSnapshot pool = pools[name];
            PoolSnapshot next = PoolPublication.With(pool, input.Assignments.GetValueOrDefault(name, PoolAssignment.None), input.Orders.OverridesOf(name));
            changed |= !ReferenceEquals(pool, next);
            pools[name] = next;
        }

        foreach ((string name, PoolChange? change) in input.Changes)
        {
            PoolSnapshot pool = pools[name];
            PoolSnapshot next = Next(pool, Live(pool, change ?? new PoolChange(null, pool.Note), isTouched: change is null, input.PlanOf(name)));
            changed |= !ReferenceEquals(pool, next);
            pools[name] = next;
        }

        (string[] moving, TimeSpan? step) = NextStep(input);
        return new DerivedSnapshot(
            changed ? new Snapshot(current.Version + 1, pools.ToFrozenDictionary(p => p.Value.Name, p => p.Value, StringComparer.OrdinalIgnoreCase)) : null, moving, step);
    }

    /// <summary>Counts what changed, and forgets the loads of nodes gone.</summary>
    /// <returns>The nodes that left pools which are still there.</returns>
    public IReadOnlyList<(string Pool, string NodeId)> Settle(Snapshot before, Snapshot after)
    {
        List<(string, string)> left = [];
        foreach (PoolSnapshot pool in before.Pools.Values)
        {
            PoolSnapshot? next = after.Pools.GetValueOrDefault(pool.Name);
            if (ReferenceEquals(pool, next))
                continue;
            foreach (string id in PoolPublication.Gone(pool, next))
            {
                loads.Remove(pool.Name, id);
                if (next is not null)
                    left.Add((pool.Name, id));
            }

            if (next is null)
                continue;
            if (next.Nodes != pool.Nodes)
                telemetry.Changed(pool.Name);
            if (!ReferenceEquals(next.Ring, pool.Ring))
                telemetry.Moved(pool.Name, RingDifference.Between(pool.Ring, next.Ring).MovedShare);
        }

        return left;
    }

    /// <summary>The change as it is to be in force: with what an operator drains, and with nodes that start slowly.</summary>
    private PoolChange Live(PoolSnapshot pool, PoolChange change, bool isTouched, LifePlan plan)
    {
        if (change.Membership is null && !isTouched)
            return change;
        if (!_lives.TryGetValue(pool.Name, out PoolLife? life))
            _lives.Add(pool.Name, life = new PoolLife(time));
        PoolMembership? membership = life.Next(pool, change.Membership, plan);
        telemetry.Starting(pool.Name, life.Starting);
        return change with { Membership = membership, Leaving = life.Leaving };
    }

    private PoolSnapshot Next(PoolSnapshot pool, PoolChange change)
    {
        try
        {
            return PoolPublication.Next(pool, change, loads);
        }
        catch (ArgumentException e)
        {
            // One pool's unusable membership must not keep the other pools from their changes.
            logger.LogError(new EventId(2021, "RingNotFormed"), e, "Pool {Pool} keeps its {Count} nodes: its new ones cannot form a ring", pool.Name, pool.Nodes.Length);
            return pool;
        }
    }

    private (string[] MovingPools, TimeSpan? NextStep) NextStep(PublicationInput input)
    {
        foreach (string gone in _lives.Keys.Where(name => !input.Names.Contains(name)).ToArray())
        {
            _lives.Remove(gone);
            telemetry.Starting(gone, 0);
        }

        List<string> moving = [];
        TimeSpan? next = null;
        foreach ((string pool, PoolLife life) in _lives)
        {
            LifePlan plan = input.PlanOf(pool);
            TimeSpan? step = life.Starting > 0 ? plan.SlowStart / PoolLife.Steps : null, departure = life.NextDeparture(plan.HandOverTime);
            if (step is null && departure is null)
                continue;
            moving.Add(pool);
            foreach (TimeSpan due in ((TimeSpan?[])[next, step, departure]).OfType<TimeSpan>())
                next = next is { } soonest && soonest < due ? soonest : due;
        }

        return ([.. moving], next);
    }
}
