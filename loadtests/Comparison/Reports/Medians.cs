using HashBalancer.Comparison.Rounds;

namespace HashBalancer.Comparison.Reports;

/// <summary>Condenses rounds.</summary>
internal static class Medians
{
    /// <param name="rounds">One proxy's rounds.</param>
    /// <param name="yardsticks">The rounds of every yardstick, for ratios within the same round: what slows a machine slows all.</param>
    public static PeerMedian Of(IReadOnlyList<Round> rounds, IReadOnlyList<Round> yardsticks) => new(
        Median(rounds.Select(r => r.Rate)),
        Median(rounds.Select(r => r.P50Ms)),
        Median(rounds.Select(r => r.P99Ms)),
        Median(rounds.Select(r => r.P999Ms)),
        MedianOrNull(rounds.Select(r => r.CpuMicroseconds)),
        MedianOrNull(rounds.Select(r => r.UserMicroseconds)),
        MedianOrNull(rounds.Select(r => r.SystemMicroseconds)),
        MedianOrNull(rounds.Select(r => r.CpuMicroseconds / Same(yardsticks, r).Min(y => y.CpuMicroseconds))),
        MedianOrNull(rounds.Select(r => r.Rate / Same(yardsticks, r).Select(y => (double?)y.Rate).Max())),
        MedianOrNull(rounds.Select(r => r.Busy)),
        (long?)MedianOrNull(rounds.Select(r => (double?)r.ResidentBytes)),
        MedianOrNull(rounds.Select(r => r.AllocatedBytes)),
        new HalfLoad(
            Median(rounds.Select(r => r.Half.Rate)),
            Median(rounds.Select(r => r.Half.SentLate)),
            Median(rounds.Select(r => r.Half.P50Ms)),
            Median(rounds.Select(r => r.Half.P99Ms)),
            Median(rounds.Select(r => r.Half.P999Ms))),
        MedianOrNull(rounds.Select(r => r.Affinity?.Ratio)),
        rounds.Sum(r => r.Failed));

    /// <summary>The middle value, or the mean of the two middle ones.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length == 0 ? throw new ArgumentException("There is no median of nothing.", nameof(values))
            : sorted.Length % 2 == 1 ? sorted[middle]
            : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double? MedianOrNull(IEnumerable<double?> values)
    {
        double[] known = [.. values.OfType<double>()];
        return known.Length == 0 ? null : Median(known);
    }

    private static IEnumerable<Round> Same(IReadOnlyList<Round> yardsticks, Round round) => yardsticks.Where(y => y.Number == round.Number);
}
