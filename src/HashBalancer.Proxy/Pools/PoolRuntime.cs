namespace HashBalancer.Proxy;

/// <summary>What the data plane keeps for a pool as long as configuration names it.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class PoolRuntime
{
    private readonly CounterSet _selections = new(SelectionReasons.All.Length, CounterSet.StripesForMachine);

    // Errors are no hot path.
    private readonly CounterSet _errors = new(ErrorReasons.All.Length, stripes: 1);

    private readonly CounterSet _waits = new(WaitVerdicts.All.Length, stripes: 1);
    private readonly CounterSet _retries = new(RetryVerdicts.All.Length, stripes: 1);
    private readonly CounterSet _reports = new(LoadReportVerdicts.All.Length, stripes: 1);
    private readonly CounterSet _streamEnds = new(Proxy.StreamEnds.All.Length, stripes: 1);
    private readonly CounterSet _hedges = new(HedgeResults.All.Length, stripes: 1);
    private LatencyDigest? _latencies;
    private long _streams;
    private HotKeyShares? _hotKeys;
    private volatile Unavailability? _unavailability;
    private volatile RequestSamples? _samples;

    /// <summary>The latest answer to requests that no node could take; see <see cref="Proxy.Unavailability.Of"/>.</summary>
    public Unavailability? Unavailability
    {
        get => _unavailability;
        set => _unavailability = value;
    }

    /// <summary>Some of the latest requests, for nodes that come; null where none are warmed.</summary>
    public RequestSamples? Samples => _samples;

    /// <summary>Has requests taken as a policy wants it; those taken so far stay if it wants the same.</summary>
    public void Sample(PoolPolicy policy)
    {
        // A node gets its part of what is kept: of four nodes each, a quarter.
        int most = Math.Max(1024, 8 * policy.WarmRequests);
        if (policy.WarmRequests == 0)
            _samples = null;
        else if (_samples is not { } same || same.Most != most || !same.Sources.SequenceEqual(policy.HashKeys.Sources, StringComparer.Ordinal))
            _samples = new RequestSamples(most, policy.HashKeys.Sources);
    }

    /// <summary>The requests that wait for their keys' nodes.</summary>
    public AffinityQueue Affinity { get; } = new();

    /// <summary>The pool's hot keys; null before the first request that could be one.</summary>
    public HotKeyShares? HotKeys => Volatile.Read(ref _hotKeys);

    /// <summary>What the pool may spend on retries.</summary>
    public RetryBudget Budget { get; } = new();

    /// <summary>How long the pool's requests take; kept where second tries go by it.</summary>
    public LatencyDigest Latencies => Volatile.Read(ref _latencies) ?? Interlocked.CompareExchange(ref _latencies, new LatencyDigest(), null) ?? _latencies!;

    /// <summary>Where requests went beside this pool.</summary>
    public TrafficCounts Traffic { get; } = new();

    /// <summary>Ejection of the pool's nodes.</summary>
    public PoolHealth Health { get; } = new();

    /// <summary>Whether so many nodes are bad that ejections are ignored.</summary>
    public bool IsPanicking => Health.IsPanicking;

    /// <summary>The pool's hot keys, made on first use. Of two made at once, one wins.</summary>
    public HotKeyShares HotKeysBy(TimeProvider time) =>
        HotKeys ?? Interlocked.CompareExchange(ref _hotKeys, new HotKeyShares(time), null) ?? HotKeys!;

    /// <summary>Hot keys that were made elsewhere, before the first request: a simulation's, whose sketch counts the same at every run.</summary>
    public void Use(HotKeyShares hotKeys) => Volatile.Write(ref _hotKeys, hotKeys);

    /// <summary>Counts a request as sent to its node, unless its wait has done so.</summary>
    public void Begin(in NodeSelection selection)
    {
        if (selection.IsBegun)
            return;
        selection.Node!.Load.Begin();
        Affinity.Dispatched();
    }

    public void Count(SelectionReason reason) => _selections.Increment((int)reason);

    public void Count(WaitVerdict verdict) => _waits.Increment((int)verdict);

    /// <summary>Requests under watch that may live long.</summary>
    public long Streams => Volatile.Read(ref _streams);

    public void StreamBegins() => Interlocked.Increment(ref _streams);

    public void StreamEnds() => Interlocked.Decrement(ref _streams);

    public void Count(StreamEnd reason) => _streamEnds.Increment((int)reason);

    public long Of(StreamEnd reason) => _streamEnds.Sum((int)reason);

    public void Count(RetryVerdict verdict) => _retries.Increment((int)verdict);

    public void Count(HedgeResult result) => _hedges.Increment((int)result);

    public long Of(HedgeResult result) => _hedges.Sum((int)result);

    public void Count(LoadReportVerdict verdict) => _reports.Increment((int)verdict);

    public void Count(ErrorReason reason) => _errors.Increment((int)reason);

    public long Of(SelectionReason reason) => _selections.Sum((int)reason);

    public long Of(WaitVerdict verdict) => _waits.Sum((int)verdict);

    public long Of(RetryVerdict verdict) => _retries.Sum((int)verdict);

    public long Of(LoadReportVerdict verdict) => _reports.Sum((int)verdict);

    public long Of(ErrorReason reason) => _errors.Sum((int)reason);
}
