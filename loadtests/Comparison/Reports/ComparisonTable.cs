using System.Globalization;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Comparison.Reports;

/// <summary>The table that console and Markdown show.</summary>
internal static class ComparisonTable
{
    private const double BytesPerMegabyte = 1e6;

    public static readonly string[] Columns =
    [
        "proxy", "requests/s", "p50", "p99", "p99.9", "CPU µs/request", "user", "system", "CPU ÷ best", "core used", "RSS MB", "B/request",
        "half: rate", "late", "p50", "p99", "p99.9", "keys on one node", "failed",
    ];

    public static string[] Row(PeerResult peer)
    {
        PeerMedian m = peer.Median;
        return
        [
            peer.Name, Figures.Count((long)m.Rate), Figures.Milliseconds(m.P50Ms), Figures.Milliseconds(m.P99Ms), Figures.Milliseconds(m.P999Ms),
            Number(m.CpuMicroseconds, "0.0"), Number(m.UserMicroseconds, "0.0"), Number(m.SystemMicroseconds, "0.0"),
            Number(m.CpuRatio, "0.00"), Number(m.Busy * 100, "0") + (m.Busy is null ? "" : " %"), Number(m.ResidentBytes / BytesPerMegabyte, "0"), Number(m.AllocatedBytes, "0"),
            Figures.Count((long)m.Half.Rate), (m.Half.SentLate * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %",
            Figures.Milliseconds(m.Half.P50Ms), Figures.Milliseconds(m.Half.P99Ms), Figures.Milliseconds(m.Half.P999Ms),
            Figures.Ratio(m.KeysOnOneNode), Figures.Count(m.Failed),
        ];
    }

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? Figures.Missing;
}
