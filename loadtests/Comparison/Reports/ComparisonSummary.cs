using System.Globalization;
using HashBalancer.Comparison.Rounds;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Comparison.Reports;

/// <summary>One row for each workload: what HashBalancer costs beside the others. Ratios are taken within rounds, and their median is shown:
/// what slows the machine slows all.</summary>
internal static class ComparisonSummary
{
    public const string Own = "HashBalancer";
    public const string Stock = "stock YARP";
    public const string Peer = "HAProxy";

    public static readonly string[] Columns =
    [
        "workload", "requests/s", "÷ best peer", "÷ stock YARP", "CPU µs/request", "÷ best peer", "÷ stock YARP", "p99 at half ÷ HAProxy's", "RSS MB", "B/request", "failed",
    ];

    public static string[] Row(ComparisonReport report)
    {
        PeerResult? own = report.Peers.FirstOrDefault(p => p.Name == Own);
        if (own is null)
            return [report.Workload, .. Columns.Skip(1).Select(_ => Figures.Missing)];
        PeerMedian m = own.Median;
        return
        [
            report.Workload, Figures.Count((long)m.Rate), Ratio(m.RateRatio), Ratio(Over(report, own, Stock, r => r.Rate)),
            Number(m.CpuMicroseconds, "0.0"), Ratio(m.CpuRatio), Ratio(Over(report, own, Stock, r => r.CpuMicroseconds)),
            Ratio(Over(report, own, Peer, r => r.Half.P99Ms)), Number(m.ResidentBytes / 1e6, "0"), Number(m.AllocatedBytes, "0"), Figures.Count(m.Failed),
        ];
    }

    /// <summary>The median over rounds of a figure's ratio to another proxy's in the same round; null without that proxy.</summary>
    public static double? Over(ComparisonReport report, PeerResult own, string other, Func<Round, double?> figure)
    {
        PeerResult? peer = report.Peers.FirstOrDefault(p => p.Name == other);
        double[] ratios =
        [
            .. own.Rounds.Select(r => figure(r) / (peer?.Rounds.FirstOrDefault(o => o.Number == r.Number) is { } same ? figure(same) : null)).OfType<double>(),
        ];
        return ratios.Length == 0 ? null : Medians.Median(ratios);
    }

    private static string Ratio(double? value) => Number(value, "0.00");

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? Figures.Missing;
}
