using HashBalancer.Comparison.Balance.Load;
using HashBalancer.Comparison.Balance.Nodes;

namespace HashBalancer.Comparison.Balance.Runs;

/// <summary>What one proxy made of a scenario.</summary>
/// <param name="Name">The proxy.</param>
/// <param name="Version">As the program gives it.</param>
/// <param name="MaxOverMean">The busiest node's utilisation over the mean, in the time that counts.</param>
/// <param name="ByChance">What <paramref name="MaxOverMean"/> would be by chance alone, were the nodes loaded alike: its mean over shuffles of who did what in
/// each stretch of the time that counts.</param>
/// <param name="Utilisation">The mean of the nodes'.</param>
/// <param name="HitRatio">The share of served requests whose key the node held.</param>
/// <param name="OffOwner">The share of requests that another node served than most of their key's.</param>
/// <param name="P50Milliseconds">From the planned instant.</param>
/// <param name="P99Milliseconds">The same; failed requests count with the time until they failed.</param>
/// <param name="SettledAfterSeconds">When 30 s began in which the busiest node was within 1.15 of the mean, and which none followed that was not; null: never.</param>
/// <param name="MovedShare">The share of keys that moved from one half of the time that counts to the other.</param>
/// <param name="Requests">In the time that counts.</param>
/// <param name="Failed">Those without a successful answer.</param>
/// <param name="Stretch">How much longer the nodes' work took than it was to: above 1.1 the machine was too busy for the figures to count.</param>
internal sealed record BalanceResult(
    string Name, string Version, double MaxOverMean, double ByChance, double Utilisation, double HitRatio, double OffOwner, double P50Milliseconds, double P99Milliseconds,
    double? SettledAfterSeconds, double MovedShare, long Requests, long Failed, double Stretch)
{
    /// <summary>The busiest node's utilisation over the mean of each run, the least first.</summary>
    public IReadOnlyList<double> Runs { get; init; } = [];

    /// <summary>Over less, chance alone is above the limit.</summary>
    private const double SettleWindow = 30;

    /// <summary>Chance takes the busiest of ten nodes to 1.05 in such a time.</summary>
    private const double SettleLimit = 1.15;

    /// <summary>Longer than what a busy stretch of a node carries over into the next.</summary>
    private const double ShuffledStretch = 10;

    private const int Shuffles = 500;
    private const int ShuffleSeed = 5;

    public static BalanceResult Of(string name, string version, IReadOnlyList<FleetSample> samples, FleetCounts counts, BalanceLoad load, double countedFrom)
    {
        FleetSample begin = samples.First(sample => sample.Seconds >= countedFrom), end = samples[^1];
        return new BalanceResult(
            name, version, end.MaxOverMean(begin), ByChanceAlone([.. samples.Where(sample => sample.Seconds >= countedFrom)]), end.Mean(begin), end.HitRatio(begin), counts.OffOwner(),
            load.Latencies.Quantile(0.5) / 1e6, load.Latencies.Quantile(0.99) / 1e6, SettledAfter(samples), counts.Moved(), load.Latencies.Count, load.Failed, end.Stretch(begin));
    }

    /// <summary>What several runs of a proxy come to: medians of figures, sums of counts; it settled when the last of them did.</summary>
    public static BalanceResult MedianOf(IReadOnlyList<BalanceResult> runs)
    {
        return runs[0] with
        {
            MaxOverMean = Median(r => r.MaxOverMean),
            ByChance = Median(r => r.ByChance),
            Utilisation = Median(r => r.Utilisation),
            HitRatio = Median(r => r.HitRatio),
            OffOwner = Median(r => r.OffOwner),
            P50Milliseconds = Median(r => r.P50Milliseconds),
            P99Milliseconds = Median(r => r.P99Milliseconds),
            SettledAfterSeconds = runs.Any(r => r.SettledAfterSeconds is null) ? null : runs.Max(r => r.SettledAfterSeconds),
            MovedShare = Median(r => r.MovedShare),
            Requests = runs.Sum(r => r.Requests),
            Failed = runs.Sum(r => r.Failed),
            Stretch = runs.Max(r => r.Stretch),
            Runs = [.. runs.Select(r => r.MaxOverMean).Order()],
        };

        double Median(Func<BalanceResult, double> figure)
        {
            double[] sorted = [.. runs.Select(figure).Order()];
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>How far above the mean the busiest of nodes alike comes by chance: who did how much is dealt out anew within each stretch, which leaves the
    /// coming and going of the load and takes away what is a node's own.</summary>
    public static double ByChanceAlone(IReadOnlyList<FleetSample> samples)
    {
        var stretches = new List<double[]>();
        FleetSample begin = samples[0];
        foreach (FleetSample sample in samples)
        {
            if (sample.Seconds - begin.Seconds < ShuffledStretch)
                continue;
            stretches.Add([.. sample.BusySeconds.Zip(begin.BusySeconds, (now, then) => now - then)]);
            begin = sample;
        }

        double mean = stretches.Sum(busy => busy.Average());
        if (mean <= 0)
            return 0;
        var random = new Random(ShuffleSeed);
        double sum = 0;
        for (int i = 0; i < Shuffles; i++)
        {
            double[] dealt = new double[begin.BusySeconds.Count];
            foreach (double[] busy in stretches)
            {
                random.Shuffle(busy);
                for (int node = 0; node < dealt.Length; node++)
                    dealt[node] += busy[node];
            }

            sum += dealt.Max();
        }

        return sum / Shuffles / mean;
    }

    /// <summary>When the last stretch began in which every window is within the limit.</summary>
    public static double? SettledAfter(IReadOnlyList<FleetSample> samples)
    {
        double? settled = null;
        for (int from = 0, to = 0; to < samples.Count; to++)
        {
            while (samples[to].Seconds - samples[from + 1 < to ? from + 1 : from].Seconds >= SettleWindow && from + 1 < to)
                from++;
            if (samples[to].Seconds - samples[from].Seconds < SettleWindow)
                continue;
            settled = samples[to].MaxOverMean(samples[from]) > SettleLimit ? null : settled ?? samples[from].Seconds;
        }

        return settled;
    }
}
