using HashBalancer.Proxy;

namespace HashBalancer.Gateway.Dashboard.Feed;

/// <summary>A pool's traffic of the last minutes, second by second, so that a page shows it as soon as it opens. Of the feed's loop alone.</summary>
internal sealed class PoolHistory
{
    /// <summary>Five minutes.</summary>
    public const int MostSamples = 300;

    private readonly Queue<TrafficSample> _samples = new(MostSamples);
    private PoolCounts? _before;

    /// <summary>The samples, oldest first.</summary>
    public IReadOnlyCollection<TrafficSample> Samples => _samples;

    /// <summary>The last one; null before the first.</summary>
    public TrafficSample? Last { get; private set; }

    /// <summary>Takes what was counted in the time since the last call.</summary>
    public void Add(PoolCounts counts, long inFlight, long atMilliseconds, double seconds)
    {
        if (_before is { } before)
        {
            if (_samples.Count == MostSamples)
                _samples.Dequeue();
            Last = new TrafficSample(
                atMilliseconds,
                [.. counts.Selections.Zip(before.Selections, (now, was) => Math.Round((now - was) / seconds, 1))],
                Math.Round((counts.Errors - before.Errors) / seconds, 1),
                Math.Round((counts.Retries - before.Retries) / seconds, 1),
                inFlight, counts.Waiting, counts.Queued, counts.IsPanicking);
            _samples.Enqueue(Last);
        }

        _before = counts;
    }

    /// <summary>Adds the mean latency to the last sample: it is only asked of nodes that somebody looks at.</summary>
    public void Latency(double microseconds)
    {
        if (Last is not null)
            Last.Latency = microseconds;
    }
}

/// <summary>One second of a pool.</summary>
internal sealed record TrafficSample(long At, double[] Reasons, double Errors, double Retries, long InFlight, int Waiting, int Queued, bool IsPanicking)
{
    /// <summary>Microseconds, averaged over requests; 0: nobody asked, or there was no request.</summary>
    public double Latency { get; set; }

    /// <summary>Requests per second.</summary>
    public double Rate => Reasons.Sum();
}
