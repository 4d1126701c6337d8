using HashBalancer.LoadTests.Steps;

namespace HashBalancer.LoadTests.Measuring;

/// <summary>Counts and durations of one step, or of whole iterations. Thread-safe for recording.</summary>
internal sealed class Tally
{
    private const int Statuses = 1000;

    private readonly long[] _failures = new long[Enum.GetValues<FailureKind>().Length];
    private readonly long[] _statuses = new long[Statuses];
    private long _bytes;

    /// <summary>From the intended start to the end of the answer; of successes alone, failures have no time to serve.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>From the moment the request was sent to the end of the answer; of successes alone.</summary>
    public LatencyHistogram Service { get; } = new();

    public long Bytes => Volatile.Read(ref _bytes);

    public long Failed => _failures.Skip(1).Sum();

    public long Ended => Latency.Count + Failed;

    public IEnumerable<KeyValuePair<string, long>> Failures =>
        _failures.Index().Skip(1).Where(f => f.Item > 0).Select(f => KeyValuePair.Create(((FailureKind)f.Index).ToString(), f.Item));

    public IEnumerable<KeyValuePair<string, long>> StatusCounts =>
        _statuses.Index().Skip(1).Where(s => s.Item > 0).Select(s => KeyValuePair.Create($"{s.Index}", s.Item));

    public void Record(in StepOutcome outcome, long begin, long end)
    {
        Interlocked.Increment(ref _statuses[outcome.Status]);
        Interlocked.Add(ref _bytes, outcome.Bytes);
        if (outcome.Failure != FailureKind.None)
        {
            Interlocked.Increment(ref _failures[(int)outcome.Failure]);
            return;
        }

        Latency.Record(end - begin);
        Service.Record(end - outcome.Sent);
    }
}
