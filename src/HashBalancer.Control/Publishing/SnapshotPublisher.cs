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
    private readonly SnapshotDerivation _derivation;
    private readonly TimeProvider _time;
    private readonly TimeSpan _minimumInterval;
    private readonly ILogger<SnapshotPublisher> _logger;
    private readonly ITimer _timer;
    private readonly ITimer _steps;

    private readonly Lock _gate = new();
    // Guarded by _gate.
    private readonly PendingChanges _pending = new();
    private TaskCompletionSource? _waiting;
    private TaskCompletionSource? _running;
    private long? _lastPublication;

    internal SnapshotPublisher(
        SnapshotStore store, LoadTable loads, ControlTelemetry telemetry, TimeProvider time, IOptions<PublishingOptions> options,
        ILogger<SnapshotPublisher> logger)
    {
        _store = store;
        _derivation = new SnapshotDerivation(loads, telemetry, time, logger);
        _time = time;
        _minimumInterval = options.Value.MinimumInterval;
        _logger = logger;
        _timer = time.CreateTimer(static p => ((SnapshotPublisher)p!).StartPublication(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _steps = time.CreateTimer(static p => ((SnapshotPublisher)p!).Change(pending => pending.Step()), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Says which pools there are. New ones appear without nodes, those not named leave; the others stay as they are.</summary>
    /// <param name="names">The names of all pools; compared without regard to case, and a pool keeps the spelling it came with.</param>
    public void SetPools(IEnumerable<string> names)
    {
        HashSet<string> all = new(names, StringComparer.OrdinalIgnoreCase);
        Change(pending => pending.SetPools(all));
    }

    /// <summary>Says how long a node that comes up beside others takes to its whole weight. It counts for nodes that come up from now on,
    /// and for those that are on their way.</summary>
    /// <param name="slowStarts">By pool name, compared without regard to case; pools that are not named have none.</param>
    public void SetSlowStarts(IReadOnlyDictionary<string, TimeSpan> slowStarts)
    {
        ArgumentNullException.ThrowIfNull(slowStarts);
        FrozenDictionary<string, TimeSpan> all = slowStarts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        Change(pending => pending.SetSlowStarts(all));
    }

    /// <summary>Says how long a node that serves, and is told to drain, serves on while the leader gives its arcs to others; zero, the default: it leaves at once.</summary>
    /// <remarks>It leaves as soon as it owns nothing. The time is the end of it where nobody leads.</remarks>
    public void SetHandOverTime(TimeSpan time)
    {
        lock (_gate)
            _pending.HandOverTime = time;
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
        Change(pending => pending.SetDrained(next));
    }

    /// <summary>Says what operators order of weights and arcs. Nodes and pools that are not there yet follow when they come.</summary>
    public void SetOrders(OrderBook orders)
    {
        ArgumentNullException.ThrowIfNull(orders);
        Change(pending => pending.SetOrders(orders));
    }

    /// <summary>Says which nodes of the fleet are on their way from or to a pool: they stand on no ring of this gateway until they have come.</summary>
    internal void SetFleet(FleetMap fleet) => Change(pending => pending.SetFleet(fleet));

    /// <summary>Told of a node that drained and is registered no more, its pool and its id, by a thread of the pool; not when this gateway's configuration drops
    /// the whole pool.</summary>
    internal Action<string, string>? DrainedNodeLeft { get; set; }

    /// <summary>Hands in the nodes of a pool and takes its note away. Ignored when the pool is not among those of <see cref="SetPools"/>: it has just left.</summary>
    public void SetMembership(PoolMembership membership)
    {
        ArgumentNullException.ThrowIfNull(membership);
        Change(pending => pending.SetMembership(membership));
    }

    /// <summary>Hands in what there is to say about a pool whose nodes stay as they are. Ignored when the pool is not among those of <see cref="SetPools"/>.</summary>
    /// <param name="pool">The pool's name.</param>
    /// <param name="note">See <see cref="PoolSnapshot.Note"/>.</param>
    public void SetNote(string pool, string note) => Change(pending => pending.SetNote(pool, note));

    /// <summary>Hands in the leader's assignment for a pool if it is newer than the one that is known; returns whether it was. It is kept for a
    /// pool that is not among those of <see cref="SetPools"/> yet.</summary>
    public bool TryAdvance(string pool, PoolAssignment assignment)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        lock (_gate)
        {
            if (assignment.Version <= _pending.AssignmentOf(pool).Version)
                return false;
            if (_pending.SetAssignment(pool, assignment))
                Schedule_NeedsLock();
            return true;
        }
    }

    /// <summary>The latest assignment of a pool, be it in force yet or not; <see cref="PoolAssignment.None"/> before the first.</summary>
    public PoolAssignment AssignmentOf(string pool)
    {
        lock (_gate)
            return _pending.AssignmentOf(pool);
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

    private void Change(Func<PendingChanges, bool> change)
    {
        lock (_gate)
        {
            if (change(_pending))
                Schedule_NeedsLock();
        }
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
        PublicationInput input;
        TaskCompletionSource done;
        lock (_gate)
        {
            input = _pending.Take();
            done = _running = _waiting!;
            _waiting = null;
        }

        bool published = false;
        try
        {
            published = PublishNext(input);
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
    private bool PublishNext(PublicationInput input)
    {
        Snapshot current = _store.Current;
        DerivedSnapshot derived = _derivation.Derive(current, input);
        lock (_gate)
            _pending.MovingPools = derived.MovingPools;
        if (derived.NextStep is { } soon)
            _steps.Change(soon, Timeout.InfiniteTimeSpan);
        if (derived.Snapshot is not { } next)
            return false;
        _store.Publish(next);
        foreach ((string pool, string nodeId) in _derivation.Settle(current, next))
            Forget(pool, nodeId);
        return true;
    }

    /// <summary>Who registers under the id of a node that left is another one, which nobody told to drain.</summary>
    private void Forget(string pool, string nodeId)
    {
        lock (_gate)
        {
            if (!_pending.TryForgetDrained(pool, nodeId))
                return;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static left => left.Publisher.DrainedNodeLeft?.Invoke(left.Pool, left.Node), (Publisher: this, Pool: pool, Node: nodeId), preferLocal: false);
    }
}
