using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Progress;

/// <summary>What a run under way has come to.</summary>
/// <param name="Name">The scenario.</param>
/// <param name="Part">The part of its time that is over, warm-up included, 0 to 1.</param>
/// <param name="WarmingUp">Nothing counts yet.</param>
/// <param name="Ended">Iterations that ended.</param>
/// <param name="Failed">Those that failed.</param>
/// <param name="PerSecond">Those of the last whole interval that ended well, per second.</param>
/// <param name="P50Ms">Their median latency.</param>
/// <param name="P99Ms">99 % of them were at most so slow.</param>
internal sealed record ProgressFigures(string Name, double Part, bool WarmingUp, long Ended, long Failed, double PerSecond, double P50Ms, double P99Ms)
{
    private const double NanosecondsPerMillisecond = 1e6;
    private const double NanosecondsPerSecond = 1e9;

    public static ProgressFigures Of(ScenarioRun run)
    {
        Timeline timeline = run.Recorder.Timeline;
        Tally all = run.Recorder.Iterations;
        int last = timeline.IndexOf(run.Recorder.From + run.Measured) - 1;
        if (run.Measured < 0 || last < 0)
            return new ProgressFigures(run.Scenario.Name, run.Progress, run.Measured < 0, all.Ended, all.Failed, 0, 0, 0);
        LatencyHistogram latency = timeline.Latency(last);
        return new ProgressFigures(
            run.Scenario.Name, run.Progress, WarmingUp: false, all.Ended, all.Failed, latency.Count / (timeline.Interval / NanosecondsPerSecond),
            latency.Quantile(0.5) / NanosecondsPerMillisecond, latency.Quantile(0.99) / NanosecondsPerMillisecond);
    }
}
