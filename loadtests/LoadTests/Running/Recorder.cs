using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Steps;

namespace HashBalancer.LoadTests.Running;

/// <summary>Everything that is counted in one run. Thread-safe for recording.</summary>
/// <param name="steps">How many steps an iteration has.</param>
/// <param name="keyCount">How many keys there are.</param>
/// <param name="from">Iterations with an earlier intended start are warm-up and leave no trace, in nanoseconds of the run's clock.</param>
/// <param name="until">The end of intended starts.</param>
/// <param name="gateways">How many addresses requests go to.</param>
/// <param name="phases">How many phases events divide the run into.</param>
internal sealed class Recorder(int steps, long keyCount, long from, long until, int gateways = 1, int phases = 1)
{
    private long _planned;
    private long _sentInTime;
    private long _cacheHits;
    private long _cacheAnswers;
    private long _lastEnd;

    public Tally Iterations { get; } = new();

    public Tally[] Steps { get; } = [.. Enumerable.Range(0, steps).Select(_ => new Tally())];

    /// <summary>How late the runner itself began iterations: its own share of every latency.</summary>
    public LatencyHistogram StartDelay { get; } = new();

    public Affinity Affinity { get; } = new(keyCount);

    /// <summary>What happened when.</summary>
    public Timeline Timeline { get; } = new(from, until);

    /// <summary>Which node held each key between events; null in a run without them.</summary>
    public KeyPhases? Phases { get; } = phases > 1 ? new KeyPhases(phases, keyCount) : null;

    /// <summary>Whether gateways agree; null with one alone.</summary>
    public Agreement? Agreement { get; } = gateways > 1 ? new Agreement(gateways, keyCount) : null;

    /// <summary>When the measured time begins, in nanoseconds of the run's clock.</summary>
    public long From => from;

    /// <summary>When it ends.</summary>
    public long Until => until;

    /// <summary>Iterations whose intended start lay in the measured time.</summary>
    public long Planned => Volatile.Read(ref _planned);

    /// <summary>Those of them whose first request was sent before the measured time was over.</summary>
    public long SentInTime => Volatile.Read(ref _sentInTime);

    public long CacheHits => Volatile.Read(ref _cacheHits);

    public long CacheAnswers => Volatile.Read(ref _cacheAnswers);

    /// <summary>From the first intended start to the last end, in nanoseconds.</summary>
    public long Elapsed => Math.Max(until, Volatile.Read(ref _lastEnd)) - from;

    public bool Counts(long due) => due >= from;

    public void Begun(long due, long now)
    {
        Interlocked.Increment(ref _planned);
        StartDelay.Record(now - due);
    }

    /// <param name="step">Its number from 0.</param>
    /// <param name="isFirst">It is the first that the iteration ran.</param>
    /// <param name="key">The iteration's key.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="begin">When it should have begun.</param>
    /// <param name="end">When it ended.</param>
    public void StepEnded(int step, bool isFirst, long key, in StepOutcome outcome, long begin, long end)
    {
        Steps[step].Record(outcome, begin, end);
        if (isFirst && outcome.Sent != StepOutcome.NeverSent && outcome.Sent < until)
            Interlocked.Increment(ref _sentInTime);
        if (outcome.Node >= 0)
        {
            Affinity.Record(key, outcome.Node);
            Phases?.Record(key, outcome.Node);
            Agreement?.Record(outcome.Gateway, key, outcome.Node);
        }

        if (outcome.Cached is not bool cached)
            return;
        Interlocked.Increment(ref _cacheAnswers);
        if (cached)
            Interlocked.Increment(ref _cacheHits);
    }

    /// <param name="last">The outcome of the last step that ran, with the time when the first step's request was sent.</param>
    /// <param name="due">The intended start.</param>
    /// <param name="end">When the last step ended.</param>
    public void IterationEnded(in StepOutcome last, long due, long end)
    {
        Iterations.Record(last, due, end);
        if (last.Failure == FailureKind.None)
            Timeline.Record(due, end - due);
        else
            Timeline.RecordFailure(due);
        long seen;
        while (end > (seen = Volatile.Read(ref _lastEnd)) && Interlocked.CompareExchange(ref _lastEnd, end, seen) != seen)
        {
        }
    }
}
