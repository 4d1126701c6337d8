using System.Collections.Frozen;
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

    private readonly Lock _gate = new();
    // Guarded by _gate.
    private readonly Dictionary<string, PoolChange> _handedIn = new(StringComparer.OrdinalIgnoreCase);
    private HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
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

    /// <summary>Ends when every change handed in before the call is in force.</summary>
    public Task WhenPublished()
    {
        lock (_gate)
            return (_waiting ?? _running)?.Task ?? Task.CompletedTask;
    }

    /// <summary>Stops the spacing timer; changes still waiting for it are dropped with the process.</summary>
    public void Dispose() => _timer.Dispose();

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
        KeyValuePair<string, PoolChange>[] changes;
        TaskCompletionSource done;
        lock (_gate)
        {
            names = _names;
            changes = [.. _handedIn];
            _handedIn.Clear();
            done = _running = _waiting!;
            _waiting = null;
        }

        bool published = false;
        try
        {
            published = PublishNext(names, changes);
        }
        catch (Exception e)
        {
            _logger.LogCritical(e, "Snapshot {Version} stays in force: the next one could not be put in its place", _store.Current.Version);
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
    private bool PublishNext(HashSet<string> names, KeyValuePair<string, PoolChange>[] changes)
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

        foreach ((string name, PoolChange change) in changes)
        {
            PoolSnapshot pool = pools[name];
            PoolSnapshot next = Derive(pool, change);
            changed |= !ReferenceEquals(pool, next);
            pools[name] = next;
        }

        if (!changed)
            return false;
        _store.Publish(new Snapshot(current.Version + 1, pools.ToFrozenDictionary(p => p.Value.Name, p => p.Value, StringComparer.OrdinalIgnoreCase)));
        Settle(current, pools);
        return true;
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
            _logger.LogError(e, "Pool {Pool} keeps its {Count} nodes: its new ones cannot form a ring", pool.Name, pool.Nodes.Length);
            return pool;
        }
    }

    /// <summary>Counts what changed and forgets the loads of nodes gone.</summary>
    private void Settle(Snapshot before, Dictionary<string, PoolSnapshot> after)
    {
        foreach (PoolSnapshot pool in before.Pools.Values)
        {
            PoolSnapshot? next = after.GetValueOrDefault(pool.Name);
            if (ReferenceEquals(pool, next))
                continue;
            foreach (string id in PoolPublication.Gone(pool, next))
                _loads.Remove(pool.Name, id);
            if (next is not null && next.Nodes != pool.Nodes)
                _telemetry.Changed(pool.Name);
        }
    }
}
