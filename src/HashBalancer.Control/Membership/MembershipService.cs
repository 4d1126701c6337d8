using HashBalancer.Ring;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Control;

/// <summary>Keeps the nodes of all pools in step with the registry: one watch a pool, their answers handed to the publisher.</summary>
/// <remarks>
/// Thread-safe. <see cref="Apply"/> may be called before the service starts, and again at any time, such as after a reload of
/// the configuration. A pool whose registry is lost keeps its nodes for as long as it takes.
/// </remarks>
public sealed class MembershipService : IHostedService, IPoolWatchListener
{
    // Clients read these in the body of a 503: addresses and the registry's own words stay in the log and in readiness.
    private const string FailedNote = "The registry does not answer: the gateway's readiness report says why.";
    private const string RefusedNote = "The registry refuses to answer: the gateway's readiness report says why.";

    private readonly IRegistrySource _source;
    private readonly SnapshotPublisher _publisher;
    private readonly RegistryStatus _status;
    private readonly ControlTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lossGrace;
    private readonly ILogger<MembershipService> _logger;
    private readonly LastKnownGood _known;

    private readonly Lock _gate = new();
    // Guarded by _gate.
    private readonly Dictionary<string, PoolWatch> _watches = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<Task> _ending = [];
    private bool _started;

    internal MembershipService(
        IRegistrySource source, SnapshotPublisher publisher, RegistryStatus status, ControlTelemetry telemetry, LastKnownGood known, TimeProvider time,
        IOptions<MembershipOptions> options, ILogger<MembershipService> logger)
    {
        _source = source;
        _publisher = publisher;
        _status = status;
        _telemetry = telemetry;
        _time = time;
        _lossGrace = options.Value.LossGrace;
        _logger = logger;
        _known = known;
    }

    /// <summary>Makes these the pools: starts and stops watches for what changed alone. Returns at once.</summary>
    /// <remarks>
    /// A pool whose definition is equal to its present one keeps its watch, nodes and loads. One that changed keeps its nodes
    /// until the registry has answered for its new definition. One that is no longer named leaves the next snapshot.
    /// </remarks>
    /// <param name="pools">All pools.</param>
    /// <exception cref="ArgumentException">A definition is not valid, with every fault named; nothing has changed then.</exception>
    public void Apply(IReadOnlyCollection<PoolDefinition> pools)
    {
        ArgumentNullException.ThrowIfNull(pools);
        List<string> errors = [];
        PoolDefinitionValidator.Validate(pools, "Pools", errors);
        if (errors.Count > 0)
            throw new ArgumentException(string.Join(Environment.NewLine, errors), nameof(pools));

        lock (_gate)
        {
            HashSet<string> names = new(pools.Select(p => p.Name), StringComparer.OrdinalIgnoreCase);
            _publisher.SetPools(names);
            foreach (string gone in _watches.Keys.Where(name => !names.Contains(name)).ToArray())
            {
                Stop_NeedsLock(gone);
                _status.NoLongerWatching(gone);
                _known.Forget(gone);
            }

            foreach (PoolDefinition pool in pools)
            {
                if (_watches.TryGetValue(pool.Name, out PoolWatch? present) && present.Pool == pool)
                    continue;
                Stop_NeedsLock(pool.Name);
                Watch_NeedsLock(pool);
            }
        }
    }

    /// <summary>Starts the watches of the pools applied so far; ends when these pools stand in the snapshot, be it without nodes.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _started = true;
            foreach (PoolWatch watch in _watches.Values)
                Start_NeedsLock(watch);
        }

        await _publisher.WhenPublished().WaitAsync(cancellationToken);
    }

    /// <summary>Ends all watches; the last snapshot stays in force.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task[] ending;
        lock (_gate)
        {
            _started = false;
            foreach (string name in _watches.Keys.ToArray())
                Stop_NeedsLock(name);
            ending = [.. _ending];
        }

        await Task.WhenAll(ending).WaitAsync(cancellationToken);
    }

    void IPoolWatchListener.Answered(PoolWatch watch, PoolMembership membership, ulong index, int held)
    {
        _telemetry.Query(QueryOutcome.Answered);
        lock (_gate)
        {
            // A watch that was stopped meanwhile must not bring its service's nodes into a pool that has another one now.
            if (!IsCurrent_NeedsLock(watch))
                return;
            _status.Answered(watch.Pool.Name, index, held);
            _known.Remember(watch.Pool, membership.Nodes, index);
            _publisher.SetMembership(membership);
        }
    }

    void IPoolWatchListener.Failed(PoolWatch watch, QueryOutcome outcome, string error)
    {
        _telemetry.Query(outcome);
        lock (_gate)
        {
            if (!IsCurrent_NeedsLock(watch))
                return;
            _status.Failed(watch.Pool.Name, outcome, error);
            _publisher.SetNote(watch.Pool.Name, outcome == QueryOutcome.Refused ? RefusedNote : FailedNote);
        }
    }

    private bool IsCurrent_NeedsLock(PoolWatch watch) => _watches.TryGetValue(watch.Pool.Name, out PoolWatch? current) && ReferenceEquals(current, watch);

    private void Watch_NeedsLock(PoolDefinition pool)
    {
        PoolWatch watch = new(pool, _source, this, _lossGrace, _time, _logger);
        _watches[pool.Name] = watch;
        _status.Watching(pool.Name);
        if (_started)
            Start_NeedsLock(watch);
    }

    private void Start_NeedsLock(PoolWatch watch)
    {
        if (_known.Find(watch.Pool) is { } known)
        {
            watch.Restore(known.Nodes, known.Index);
            _publisher.SetMembership(new PoolMembership(watch.Pool.Name, MembershipSource.LastKnownGood, known.Nodes));
        }

        watch.Start();
    }

    private void Stop_NeedsLock(string name)
    {
        if (!_watches.Remove(name, out PoolWatch? watch))
            return;
        Task ending = watch.DisposeAsync().AsTask();
        _ending.RemoveWhere(t => t.IsCompletedSuccessfully);
        if (!ending.IsCompletedSuccessfully)
            _ending.Add(ending);
    }
}
