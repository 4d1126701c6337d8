using System.Text.Json;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Comparison.Reports;

/// <summary>Workloads that a report written before has: one workload can be measured anew without losing the others.</summary>
internal static class EarlierWorkloads
{
    /// <summary>This call's workloads and, of an earlier report on the same machine, those that it did not measure, in the order of <paramref name="order"/>.</summary>
    /// <param name="earlier">The earlier report as JSON; null: there is none. What cannot be read, or has another shape, counts as none.</param>
    /// <param name="now">What was measured.</param>
    /// <param name="order">Names of all workloads.</param>
    public static ComparisonReports JoinedBy(string? earlier, IReadOnlyList<ComparisonReport> now, IEnumerable<string> order)
    {
        if (now.Count == 0)
            return new ComparisonReports(now);
        var measured = now.Select(report => report.Workload).ToHashSet(StringComparer.Ordinal);
        IEnumerable<ComparisonReport> kept = Read(earlier).Where(report =>
            report.Format == ComparisonReport.CurrentFormat && report.Machine == now[0].Machine && !measured.Contains(report.Workload));
        string[] places = [.. order];
        return new ComparisonReports([.. now.Concat(kept).OrderBy(report => (uint)Array.IndexOf(places, report.Workload))]);
    }

    private static IReadOnlyList<ComparisonReport> Read(string? text)
    {
        try
        {
            return text is null ? [] : JsonFormat<ComparisonReports>.Read(text)?.Workloads ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
