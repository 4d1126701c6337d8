using System.Collections.Frozen;
using System.Collections.Immutable;
using HashBalancer.Ring;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>The only writer of the <see cref="SnapshotStore"/>: every road of the control plane ends here.</summary>
/// <remarks>
/// <para>Thread-safe. Handing in a change takes a short lock and returns; a single worker on the thread pool derives the rings
/// and swaps the snapshot, so no caller waits and no two publications run at once.</para>
/// <para>Changes that arrive while a snapshot is derived, or within <see cref="PublishingOptions.MinimumInterval"/> of the last
/// one, come into force together under one version; a pool's later membership replaces its earlier one. When nothing differs
/// from the snapshot in force, nothing is published.</para>
/// <para>A node that stays keeps its <see cref="Node.Load"/>; the load of one that went is forgotten.</para>
/// </remarks>
public sealed class SnapshotPublisher : IDisposable
{
    private readonly SnapshotStore _store;
    private readonly LoadTable _loads;
    private readonly ControlTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly TimeSpan _minimumInterval;
    private readonly ILogger<SnapshotPublisher> _logger;
    private readonly ITimer _timer;
    private readonly ITimer _steps;

    // The worker's alone.
    private readonly Dictionary<string, PoolLife> _lives = new(StringComparer.OrdinalIgnoreCase);

    private readonly Lock _gate = new();
    // Guarded by _gate.
    private readonly Dictionary<string, PoolChange> _handedIn = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, PoolAssignment> _assignments = new(StringComparer.OrdinalIgnoreCase);
    private HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _touched = new(StringComparer.OrdinalIgnoreCase);
    private ImmutableDictionary<string, ImmutableHashSet<string>> _drained = ImmutableDictionary.Create<string, ImmutableHashSet<string>>(StringComparer.OrdinalIgnoreCase);
    private OrderBook _orders = OrderBook.Empty;
    private IReadOnlyDictionary<string, TimeSpan> _slowStarts = FrozenDictionary<string, TimeSpan>.Empty;
    private string[] _movingPools = [];
    private TimeSpan _handOverTime;
    private TaskCompletionSource? _waiting;
    private TaskCompletionSource? _running;
    private long? _lastPublication;

    internal SnapshotPublisher(
        SnapshotStore store, LoadTable loads, ControlTelemetry telemetry, TimeProvider time, IOptions<PublishingOptions> options,
        ILogger<SnapshotPublisher> logger)
    {
        _store = store;
        _loads = loads;
        _telemetry = telemetry;
        _time = time;
        _minimumInterval = options.Value.MinimumInterval;
        _logger = logger;
        _timer = time.CreateTimer(static p => ((SnapshotPublisher)p!).StartPublication(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _steps = time.CreateTimer(static p => ((SnapshotPublisher)p!).Step(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Says which pools there are. New ones appear without nodes, those not named leave; the others stay as they are.</summary>
    /// <param name="names">The names of all pools; compared without regard to case, and a pool keeps the spelling it came with.</param>
    public void SetPools(IEnumerable<string> names)
    {
        HashSet<string> all = new(names, StringComparer.OrdinalIgnoreCase);
        lock (_gate)
        {
            _names = all;
            foreach (string gone in _handedIn.Keys.Where(name => !all.Contains(name)).ToArray())
                _handedIn.Remove(gone);
            Schedule_NeedsLock();
        }
    }

    /// <summary>Says how long a node that comes up beside others takes to its whole weight. It counts for nodes that come up from now on,
    /// and for those that are on their way.</summary>
    /// <param name="slowStarts">By pool name, compared without regard to case; pools that are not named have none.</param>
    public void SetSlowStarts(IReadOnlyDictionary<string, TimeSpan> slowStarts)
    {
        ArgumentNullException.ThrowIfNull(slowStarts);
        lock (_gate)
        {
            // Nodes of a pool that has no slow start any more get their whole weight now.
            _touched.UnionWith(_slowStarts.Keys.Where(_names.Contains));
            _slowStarts = slowStarts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
            if (_touched.Count > 0)
                Schedule_NeedsLock();
        }
    }

    /// <summary>Says how long a node that serves, and is told to drain, serves on while the leader gives its arcs to others; zero, the default: it leaves at once.</summary>
    /// <remarks>It leaves as soon as it owns nothing. The time is the end of it where nobody leads.</remarks>
    public void SetHandOverTime(TimeSpan time)
    {
        lock (_gate)
            _handOverTime = time;
    }

    /// <summary>Says which nodes drain in this gateway: they leave the ring, and requests in flight finish. The others do not any more.</summary>
    /// <remarks>The registry's own word on a node stays as it is: one that it calls down is down. Nodes and pools that are not there yet drain when they come.</remarks>
    /// <param name="nodes">Each a pool's name, compared without regard to case, and a node's id.</param>
    public void SetDrained(IEnumerable<(string Pool, string NodeId)> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ImmutableDictionary<string, ImmutableHashSet<string>> next = nodes
            .GroupBy(node => node.Pool, StringComparer.OrdinalIgnoreCase)
            .ToImmutableDictionary(pool => pool.Key, pool => pool.Select(node => node.NodeId).ToImmutableHashSet(StringComparer.Ordinal), StringComparer.OrdinalIgnoreCase);
        lock (_gate)
        {
            bool changed = false;
            foreach (string pool in next.Keys.Concat(_drained.Keys).Distinct(StringComparer.OrdinalIgnoreCase))
            {
                if (DrainedOf(_drained, pool).SetEquals(DrainedOf(next, pool)))
                    continue;
                changed |= _names.Contains(pool) && _touched.Add(pool);
            }

            _drained = next;
            if (changed)
                Schedule_NeedsLock();
        }
    }

    /// <summary>Says what operators order of weights and arcs. Nodes and pools that are not there yet follow when they come.</summary>
    public void SetOrders(OrderBook orders)
    {
        ArgumentNullException.ThrowIfNull(orders);
        lock (_gate)
        {
            OrderBook before = _orders;
            _orders = orders;
            foreach (string pool in _names.Where(pool => !SameWeights(before.WeightsOf(pool), orders.WeightsOf(pool)) || !before.OverridesOf(pool).SequenceEqual(orders.OverridesOf(pool))))
                _touched.Add(pool);
            if (_touched.Count > 0)
                Schedule_NeedsLock();
        }
    }

    /// <summary>Told of a node that drained and is registered no more, its pool and its id, by a thread of the pool; not when this gateway's configuration drops
    /// the whole pool.</summary>
    internal Action<string, string>? DrainedNodeLeft { get; set; }

    /// <summary>Hands in the nodes of a pool and takes its note away. Ignored when the pool is not among those of <see cref="SetPools"/>: it has just left.</summary>
    public void SetMembership(PoolMembership membership)
    {
        ArgumentNullException.ThrowIfNull(membership);
        lock (_gate)
        {
            HandIn_NeedsLock(membership.Pool, new PoolChange(membership, Note: null));
        }
    }

    /// <summary>Hands in what there is to say about a pool whose nodes stay as they are. Ignored when the pool is not among those of <see cref="SetPools"/>.</summary>
    /// <param name="pool">The pool's name.</param>
    /// <param name="note">See <see cref="PoolSnapshot.Note"/>.</param>
    public void SetNote(string pool, string note)
    {
        lock (_gate)
        {
            HandIn_NeedsLock(pool, new PoolChange(_handedIn.GetValueOrDefault(pool).Membership, note));
        }
    }

    /// <summary>Hands in the leader's assignment for a pool if it is newer than the one that is known; returns whether it was. It is kept for a
    /// pool that is not among those of <see cref="SetPools"/> yet.</summary>
    public bool TryAdvance(string pool, PoolAssignment assignment)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        lock (_gate)
        {
            if (assignment.Version <= AssignmentOf_NeedsLock(pool).Version)
                return false;
            _assignments[pool] = assignment;
            if (_names.Contains(pool))
            {
                // By it a node that is to leave may have given its last arc away.
                if (_movingPools.Contains(pool, StringComparer.OrdinalIgnoreCase))
                    _touched.Add(pool);
                Schedule_NeedsLock();
            }

            return true;
        }
    }

    /// <summary>The latest assignment of a pool, be it in force yet or not; <see cref="PoolAssignment.None"/> before the first.</summary>
    public PoolAssignment AssignmentOf(string pool)
    {
        lock (_gate)
            return AssignmentOf_NeedsLock(pool);
    }

    /// <summary>Ends when every change handed in before the call is in force.</summary>
    public Task WhenPublished()
    {
        lock (_gate)
            return (_waiting ?? _running)?.Task ?? Task.CompletedTask;
    }

    /// <summary>Stops the timers; changes still waiting for them are dropped with the process.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _steps.Dispose();
    }

    private void Step()
    {
        lock (_gate)
        {
            _touched.UnionWith(_movingPools);
            Schedule_NeedsLock();
        }
    }

    private static ImmutableHashSet<string> DrainedOf(ImmutableDictionary<string, ImmutableHashSet<string>> drained, string pool) =>
        drained.GetValueOrDefault(pool, ImmutableHashSet.Create<string>(StringComparer.Ordinal));

    private static bool SameWeights(ImmutableDictionary<string, double> one, ImmutableDictionary<string, double> other) =>
        one.Count == other.Count && one.All(weight => other.TryGetValue(weight.Key, out double same) && same == weight.Value);

    private PoolAssignment AssignmentOf_NeedsLock(string pool) => _assignments.GetValueOrDefault(pool, PoolAssignment.None);

    private void HandIn_NeedsLock(string pool, PoolChange change)
    {
        if (!_names.Contains(pool))
            return;
        _handedIn[pool] = change;
        Schedule_NeedsLock();
    }

    private void Schedule_NeedsLock()
    {
        if (_waiting is not null)
            return; // Whoever runs or waits next takes this change along.
        _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_running is null)
            StartOrSpace_NeedsLock();
    }

    private void StartOrSpace_NeedsLock()
    {
        TimeSpan rest = _lastPublication is { } last ? _minimumInterval - _time.GetElapsedTime(last) : TimeSpan.Zero;
        if (rest > TimeSpan.Zero)
            _timer.Change(rest, Timeout.InfiniteTimeSpan);
        else
            StartPublication();
    }

    private void StartPublication() => ThreadPool.UnsafeQueueUserWorkItem(static p => p.Publish(), this, preferLocal: false);

    private void Publish()
    {
        HashSet<string> names;
        Dictionary<string, PoolChange?> changes;
        Func<string, LifePlan> plans;
        Dictionary<string, PoolAssignment> assignments;
        OrderBook orders;
        TaskCompletionSource done;
        lock (_gate)
        {
            names = _names;
            // A pool that was touched alone keeps its note, which stands in the snapshot.
            changes = _touched.Where(names.Contains).ToDictionary(name => name, _ => (PoolChange?)null, StringComparer.OrdinalIgnoreCase);
            foreach ((string pool, PoolChange change) in _handedIn)
                changes[pool] = change;
            ImmutableDictionary<string, ImmutableHashSet<string>> drained = _drained;
            IReadOnlyDictionary<string, TimeSpan> slowStarts = _slowStarts;
            TimeSpan handOverTime = _handOverTime;
            OrderBook book = orders = _orders;
            plans = pool => new LifePlan(DrainedOf(drained, pool), slowStarts.GetValueOrDefault(pool), book.WeightsOf(pool), handOverTime);
            _touched.Clear();
            assignments = new Dictionary<string, PoolAssignment>(_assignments, StringComparer.OrdinalIgnoreCase);
            _handedIn.Clear();
            done = _running = _waiting!;
            _waiting = null;
        }

        bool published = false;
        try
        {
            published = PublishNext(names, changes, plans, assignments, orders);
        }
        catch (Exception e)
        {
            _logger.LogCritical(new EventId(2020, "SnapshotNotPublished"), e, "Snapshot {Version} stays in force: the next one could not be put in its place", _store.Current.Version);
        }

        lock (_gate)
        {
            _running = null;
            if (published)
                _lastPublication = _time.GetTimestamp();
            if (_waiting is not null)
                StartOrSpace_NeedsLock();
        }

        done.SetResult();
    }

    /// <summary>Derives and swaps; false when the snapshot in force says it all already.</summary>
    private bool PublishNext(
        HashSet<string> names, Dictionary<string, PoolChange?> changes, Func<string, LifePlan> plans, Dictionary<string, PoolAssignment> assignments, OrderBook orders)
    {
        Snapshot current = _store.Current;
        Dictionary<string, PoolSnapshot> pools = new(StringComparer.OrdinalIgnoreCase);
        bool changed = names.Count != current.Pools.Count;
        foreach (string name in names)
        {
            bool known = current.Pools.TryGetValue(name, out PoolSnapshot? pool);
            changed |= !known;
            pools.Add(name, pool ?? PoolPublication.Unanswered(name));
        }

        foreach (string name in names)
        {
            PoolSnapshot pool = pools[name];
            PoolSnapshot next = PoolPublication.With(pool, assignments.GetValueOrDefault(name, PoolAssignment.None), orders.OverridesOf(name));
            changed |= !ReferenceEquals(pool, next);
            pools[name] = next;
        }

        foreach ((string name, PoolChange? change) in changes)
        {
            PoolSnapshot pool = pools[name];
            PoolSnapshot next = Derive(pool, Live(pool, change ?? new PoolChange(null, pool.Note), isTouched: change is null, plans(name)));
            changed |= !ReferenceEquals(pool, next);
            pools[name] = next;
        }

        TimeNextStep(names, plans);
        if (!changed)
            return false;
        _store.Publish(new Snapshot(current.Version + 1, pools.ToFrozenDictionary(p => p.Value.Name, p => p.Value, StringComparer.OrdinalIgnoreCase)));
        Settle(current, pools);
        return true;
    }

    /// <summary>The change as it is to be in force: with what an operator drains, and with nodes that start slowly.</summary>
    private PoolChange Live(PoolSnapshot pool, PoolChange change, bool isTouched, LifePlan plan)
    {
        if (change.Membership is null && !isTouched)
            return change;
        if (!_lives.TryGetValue(pool.Name, out PoolLife? life))
            _lives.Add(pool.Name, life = new PoolLife(_time));
        PoolMembership? membership = life.Next(pool, change.Membership, plan);
        _telemetry.Starting(pool.Name, life.Starting);
        return change with { Membership = membership, Leaving = life.Leaving };
    }

    private void TimeNextStep(HashSet<string> names, Func<string, LifePlan> plans)
    {
        foreach (string gone in _lives.Keys.Where(name => !names.Contains(name)).ToArray())
        {
            _lives.Remove(gone);
            _telemetry.Starting(gone, 0);
        }

        // Pools with nodes on their way in or out.
        List<string> moving = [];
        TimeSpan? next = null;
        foreach ((string pool, PoolLife life) in _lives)
        {
            LifePlan plan = plans(pool);
            TimeSpan? step = life.Starting > 0 ? plan.SlowStart / PoolLife.Steps : null, departure = life.NextDeparture(plan.HandOverTime);
            if (step is null && departure is null)
                continue;
            moving.Add(pool);
            foreach (TimeSpan due in ((TimeSpan?[])[next, step, departure]).OfType<TimeSpan>())
                next = next is { } soonest && soonest < due ? soonest : due;
        }

        lock (_gate)
            _movingPools = [.. moving];
        if (next is { } soon)
            _steps.Change(soon, Timeout.InfiniteTimeSpan);
    }

    private PoolSnapshot Derive(PoolSnapshot pool, PoolChange change)
    {
        try
        {
            return PoolPublication.Next(pool, change, _loads);
        }
        catch (ArgumentException e)
        {
            // One pool's unusable membership must not keep the other pools from their changes.
            _logger.LogError(new EventId(2021, "RingNotFormed"), e, "Pool {Pool} keeps its {Count} nodes: its new ones cannot form a ring", pool.Name, pool.Nodes.Length);
            return pool;
        }
    }

    /// <summary>Counts what changed and forgets the loads and drains of nodes gone.</summary>
    private void Settle(Snapshot before, Dictionary<string, PoolSnapshot> after)
    {
        foreach (PoolSnapshot pool in before.Pools.Values)
        {
            PoolSnapshot? next = after.GetValueOrDefault(pool.Name);
            if (ReferenceEquals(pool, next))
                continue;
            foreach (string id in PoolPublication.Gone(pool, next))
            {
                _loads.Remove(pool.Name, id);
                Forget(pool.Name, id, isPoolThere: next is not null);
            }

            if (next is null)
                continue;
            if (next.Nodes != pool.Nodes)
                _telemetry.Changed(pool.Name);
            if (!ReferenceEquals(next.Ring, pool.Ring))
                _telemetry.Moved(pool.Name, RingDifference.Between(pool.Ring, next.Ring).MovedShare);
        }
    }

    /// <summary>Who registers under the id of a node that left is another one, which nobody told to drain.</summary>
    private void Forget(string pool, string nodeId, bool isPoolThere)
    {
        lock (_gate)
        {
            if (!isPoolThere || !_drained.TryGetValue(pool, out ImmutableHashSet<string>? drained) || !drained.Contains(nodeId))
                return;
            _drained = _drained.SetItem(pool, drained.Remove(nodeId));
        }

        ThreadPool.UnsafeQueueUserWorkItem(static left => left.Publisher.DrainedNodeLeft?.Invoke(left.Pool, left.Node), (Publisher: this, Pool: pool, Node: nodeId), preferLocal: false);
    }
}
