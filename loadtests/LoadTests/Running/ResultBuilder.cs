using HashBalancer.LoadTests.Events;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Steps;

namespace HashBalancer.LoadTests.Running;

/// <summary>Turns what a run counted into results.</summary>
internal static class ResultBuilder
{
    private const double NanosecondsPerMillisecond = 1e6;
    private const double NanosecondsPerSecond = 1e9;
    private const double SecondsPerMinute = 60;

    /// <summary>Everything but the target's name, the date and the judgement.</summary>
    public static ScenarioResult Result(
        Scenario scenario, ScenarioRun run, IReadOnlyList<IStep> steps, NodeTable nodes, StepContext context,
        IReadOnlyList<HappenedEvent> happened, IReadOnlyDictionary<string, List<ProcessSample>> processes)
    {
        Recorder recorder = run.Recorder;
        IReadOnlyList<NodeResult> nodeResults = Nodes(recorder, nodes);
        IReadOnlyList<IntervalResult> intervals = Intervals(recorder.Timeline);
        return new ScenarioResult
        {
            Name = scenario.Name,
            Description = scenario.Description,
            Url = context.Doors[0].Entrance.Url,
            WarmUpSeconds = scenario.WarmUp.TotalSeconds,
            MeasuredSeconds = recorder.Elapsed / NanosecondsPerSecond,
            Seed = scenario.Seed,
            Load = scenario.Load.Description,
            Keys = run.KeysDescription,
            Connections = scenario.Connections,
            ConnectionsOpened = context.Doors.Sum(d => d.Connections.Opened),
            Rate = Rate(recorder, scenario.Load.Rate),
            Iterations = Measured(recorder.Iterations),
            Steps = [.. scenario.Steps.Select((s, i) => new StepResult(s.Name, Measured(recorder.Steps[i]), Messages(steps[i])))],
            StartDelay = Summary(recorder.StartDelay),
            Nodes = nodeResults,
            Affinity = Affinity(recorder.Affinity),
            Balance = Balance(nodeResults),
            CacheHitRatio = recorder.CacheAnswers == 0 ? null : (double)recorder.CacheHits / recorder.CacheAnswers,
            Agreement = Agreement(recorder.Agreement),
            Search = (scenario.Load as SaturationSearch)?.Result,
            LatencyDrift = Trend.Drift([.. intervals.Where(i => i.Succeeded > 0).Select(i => i.P99Ms)]),
            Events = [.. happened.Select(e => Event(e, recorder.Phases, nodes))],
            Intervals = intervals,
            Processes = [.. processes.Select(p => Process(p.Key, p.Value))],
        };
    }

    public static AgreementResult? Agreement(Agreement? agreement)
    {
        if (agreement is null)
            return null;
        (long keys, long agreed) = agreement.Count();
        return keys == 0 ? null : new AgreementResult(keys, (double)agreed / keys, [.. agreement.Answers]);
    }

    public static EventResult Event(HappenedEvent happened, KeyPhases? phases, NodeTable nodes)
    {
        MovedKeys? moved = happened.Phase is { } phase && phases is not null
            ? phases.Moved(phase, phase + 1, happened.Node is { } node ? nodes.NumberOf(node) : -1) : null;
        double? Part(long? count) => moved is { Keys: > 0 } m ? (double?)count / m.Keys : null;
        return new EventResult(
            happened.Event.Name, happened.Event.Action.Description, happened.Node, happened.From / NanosecondsPerSecond, happened.Until / NanosecondsPerSecond,
            moved?.Keys, Part(moved?.Moved), Part(moved?.Strays));
    }

    public static IReadOnlyList<IntervalResult> Intervals(Timeline timeline) =>
        [.. Enumerable.Range(0, timeline.Count).Select(i =>
        {
            LatencyHistogram latency = timeline.Latency(i);
            return new IntervalResult(
                i * timeline.Interval / NanosecondsPerSecond, (i == timeline.Count - 1 ? timeline.LastLength : timeline.Interval) / NanosecondsPerSecond,
                latency.Count, timeline.Failed(i), Quantile(latency, 0.5), Quantile(latency, 0.99), latency.Max / NanosecondsPerMillisecond);
        })];

    /// <summary>The slopes are of the last two thirds: a process that starts has caches and pools to fill first.</summary>
    public static ProcessResult Process(string name, IReadOnlyList<ProcessSample> samples)
    {
        ProcessSample[] late = [.. samples.Skip(samples.Count / 3)];
        (double memory, double memoryGrowth) = SlopeOf(late, s => s.ResidentBytes);
        (double handles, double handleGrowth) = SlopeOf(late, s => s.Handles);
        return new ProcessResult(name, memory * SecondsPerMinute, memoryGrowth, handles * SecondsPerMinute, handleGrowth, samples);
    }

    private static (double PerSecond, double Growth) SlopeOf(ProcessSample[] samples, Func<ProcessSample, double> read)
    {
        if (samples.Length < 2)
            return (0, 0);
        double slope = Trend.Slope([.. samples.Select(s => (s.Seconds, read(s)))]);
        double mean = samples.Average(read);
        return (slope, mean == 0 ? 0 : slope * (samples[^1].Seconds - samples[0].Seconds) / mean);
    }

    private static LatencySummary? Messages(IStep step) => step is IMessageStep { Messages: { } messages } ? Summary(messages) : null;

    public static LatencySummary Summary(LatencyHistogram histogram) => new(
        histogram.Count,
        histogram.Min / NanosecondsPerMillisecond,
        histogram.Mean / NanosecondsPerMillisecond,
        Quantile(histogram, 0.5),
        Quantile(histogram, 0.75),
        Quantile(histogram, 0.9),
        Quantile(histogram, 0.95),
        Quantile(histogram, 0.99),
        Quantile(histogram, 0.999),
        Quantile(histogram, 0.9999),
        histogram.Max / NanosecondsPerMillisecond);

    public static Measurements Measured(Tally tally) => new(
        tally.Ended,
        tally.Failed,
        new SortedDictionary<string, long>(tally.Failures.ToDictionary(), StringComparer.Ordinal),
        new SortedDictionary<string, long>(tally.StatusCounts.ToDictionary(), StringComparer.Ordinal),
        tally.Bytes,
        Summary(tally.Latency),
        Summary(tally.Service));

    public static IReadOnlyList<NodeResult> Nodes(Recorder recorder, NodeTable nodes)
    {
        // A node that answered in the warm-up alone still counts: it got nothing where it should have.
        long[] answers = [.. Enumerable.Range(0, nodes.Count).Select(recorder.Affinity.AnswersOf)];
        double mean = answers.Length == 0 ? 0 : answers.Average();
        return [.. answers
            .Select((count, node) => new NodeResult(nodes.NameOf(node), count, mean == 0 ? 0 : count / mean))
            .OrderBy(n => n.Name, StringComparer.Ordinal)];
    }

    public static AffinityResult? Affinity(Affinity affinity) =>
        affinity.KeysSeen == 0
            ? null
            : new AffinityResult(
                affinity.KeysSeen,
                affinity.KeysOnOneNode,
                (double)affinity.KeysOnOneNode / affinity.KeysSeen,
                (double)affinity.OffOwner / affinity.Answers,
                affinity.MostNodesPerKey);

    public static BalanceResult? Balance(IReadOnlyList<NodeResult> nodes) =>
        nodes.Sum(n => n.Answers) == 0 ? null : new BalanceResult(nodes.Max(n => n.OfMean), nodes.Min(n => n.OfMean));

    public static RateResult Rate(Recorder recorder, double? wanted) => new(
        wanted,
        recorder.Planned,
        recorder.SentInTime,
        wanted is null || recorder.Planned == 0 ? null : 1 - (double)recorder.SentInTime / recorder.Planned,
        recorder.Iterations.Latency.Count / (recorder.Elapsed / 1e9));

    private static double Quantile(LatencyHistogram histogram, double q) => histogram.Quantile(q) / NanosecondsPerMillisecond;
}
