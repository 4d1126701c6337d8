namespace HashBalancer.LoadTests.Measuring;

/// <summary>
/// The run cut into equal intervals, each with its own counts: what happened when. An iteration belongs to the interval of its intended
/// start. Thread-safe for recording.
/// </summary>
internal sealed class Timeline
{
    // 74 kB for each interval's histogram; a chart shows no more points than that.
    private const int MostIntervals = 120;
    private const long LeastInterval = 1_000_000_000;

    private readonly LatencyHistogram[] _latency;
    private readonly long[] _failed;
    private readonly long _from;

    /// <param name="from">When the measured time begins, in nanoseconds of the run's clock.</param>
    /// <param name="until">When it ends.</param>
    public Timeline(long from, long until)
    {
        _from = from;
        long length = Math.Max(1, until - from);
        Interval = Math.Max(LeastInterval, (length + MostIntervals - 1) / MostIntervals);
        int count = (int)((length + Interval - 1) / Interval);
        _latency = [.. Enumerable.Range(0, count).Select(_ => new LatencyHistogram())];
        _failed = new long[count];
        LastLength = length - (count - 1) * Interval;
    }

    /// <summary>Nanoseconds of each interval but the last.</summary>
    public long Interval { get; }

    /// <summary>Nanoseconds of the last one.</summary>
    public long LastLength { get; }

    public int Count => _latency.Length;

    public LatencyHistogram Latency(int interval) => _latency[interval];

    public long Failed(int interval) => Volatile.Read(ref _failed[interval]);

    /// <summary>The interval of an instant, at least 0 and below <see cref="Count"/>.</summary>
    public int IndexOf(long instant) => (int)Math.Clamp((instant - _from) / Interval, 0, Count - 1);

    public void Record(long due, long latency) => _latency[IndexOf(due)].Record(latency);

    public void RecordFailure(long due) => Interlocked.Increment(ref _failed[IndexOf(due)]);
}
