using System.Globalization;
using System.Text;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Reports;

/// <summary>One line for each scenario and each of its steps, for spreadsheets: RFC 4180, durations in milliseconds.</summary>
internal sealed class CsvFormat : IReportFormat<LoadReport>
{
    public static readonly string[] Columns =
    [
        "scenario", "step", "passed", "requests", "failed", "answered_per_second", "min_ms", "mean_ms", "p50_ms", "p75_ms", "p90_ms", "p95_ms",
        "p99_ms", "p99_9_ms", "p99_99_ms", "max_ms", "affinity", "off_owner", "balance_max", "balance_min", "cache_hit_ratio", "agreement", "saturation_per_second",
        "messages", "message_p50_ms", "message_p99_ms",
    ];

    public string Name => "csv";

    public string Extension => ".csv";

    public string Write(LoadReport report)
    {
        var text = new StringBuilder();
        Line(text, Columns);
        foreach (ScenarioResult s in report.Scenarios)
        {
            Line(text, Row(s, "", s.Iterations, messages: null));
            foreach (StepResult step in s.Steps)
                Line(text, Row(s, step.Name, step.Measured, step.Messages));
        }

        return text.ToString();
    }

    private static string[] Row(ScenarioResult s, string step, Measurements m, LatencySummary? messages)
    {
        LatencySummary l = m.Latency;
        return
        [
            s.Name, step, s.Passed ? "true" : "false", Text(m.Requests), Text(m.Failed), step.Length == 0 ? Text(s.Rate.Answered) : "",
            Text(l.MinMs), Text(l.MeanMs), Text(l.P50Ms), Text(l.P75Ms), Text(l.P90Ms), Text(l.P95Ms), Text(l.P99Ms), Text(l.P999Ms),
            Text(l.P9999Ms), Text(l.MaxMs), Text(s.Affinity?.Ratio), Text(s.Affinity?.OffOwner), Text(s.Balance?.MaxOverMean),
            Text(s.Balance?.MinOverMean), Text(s.CacheHitRatio), Text(s.Agreement?.Ratio), Text(s.Search?.Rate),
            Text(messages?.Count), Text(messages?.P50Ms), Text(messages?.P99Ms),
        ];
    }

    private static string Text(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static void Line(StringBuilder text, string[] cells) => text.AppendJoin(',', cells.Select(Quoted)).Append("\r\n");

    private static string Quoted(string cell) =>
        cell.AsSpan().ContainsAny(",\"\r\n") ? $"\"{cell.Replace("\"", "\"\"")}\"" : cell;
}
