using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>Turns a node's counts into averages. One per node and gateway; not thread-safe.</summary>
internal sealed class NodeMeter(NodeLoad load, double weight, DateTimeOffset since)
{
    private long _completed = load.Completed;
    private long _failed = load.Failed;
    private long _shared = load.Shared;
    private long _reports = load.Reports;
    private double _weight = weight;

    /// <summary>The counts; another object when the node left and came again.</summary>
    public NodeLoad Load => load;

    /// <summary>When this gateway saw the node first, or its weight change last: one that starts slowly is new until it has all of its points.</summary>
    public DateTimeOffset Since { get; private set; } = since;

    public double Rate { get; private set; }

    public double FailureRate { get; private set; }

    public double SharedRate { get; private set; }

    public double InFlight { get; private set; }

    /// <summary>When the node's last report came; null: it never reported.</summary>
    public DateTimeOffset? ReportedAt { get; private set; }

    /// <summary>Takes note of the node's weight.</summary>
    public void Weigh(double now, DateTimeOffset at)
    {
        if (now == _weight)
            return;
        _weight = now;
        Since = at;
    }

    /// <summary>Takes a look at what is in flight.</summary>
    /// <param name="weight">What the look weighs.</param>
    public void Sample(double weight) => InFlight += weight * (load.InFlight - InFlight);

    /// <summary>Takes what was counted since the last time.</summary>
    /// <param name="elapsed">Since then.</param>
    /// <param name="weight">What it weighs in what a node serves.</param>
    /// <param name="slowWeight">What it weighs in what moves keys.</param>
    /// <param name="now">The time.</param>
    public void Measure(TimeSpan elapsed, double weight, double slowWeight, DateTimeOffset now)
    {
        Rate += weight * (PerSecond(ref _completed, load.Completed) - Rate);
        FailureRate += weight * (PerSecond(ref _failed, load.Failed) - FailureRate);
        SharedRate += slowWeight * (PerSecond(ref _shared, load.Shared) - SharedRate);
        long reports = load.Reports;
        if (reports != _reports)
            (_reports, ReportedAt) = (reports, now);

        double PerSecond(ref long before, long count)
        {
            double rate = (count - before) / elapsed.TotalSeconds;
            before = count;
            return rate;
        }
    }
}
