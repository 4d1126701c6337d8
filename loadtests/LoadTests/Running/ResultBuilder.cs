using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Running;

/// <summary>Turns what a run counted into results.</summary>
internal static class ResultBuilder
{
    private const double NanosecondsPerMillisecond = 1e6;

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
