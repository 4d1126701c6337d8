using System.Globalization;
using System.Text;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Reports;

/// <summary>The charts of one scenario's part of the page.</summary>
internal static class ScenarioCharts
{
    private const double MegaBytes = 1024 * 1024;

    public static string Of(ScenarioResult s)
    {
        var page = new StringBuilder();
        LatencySummary l = s.Iterations.Latency;
        (string, double)[] quantiles =
            [("p50", l.P50Ms), ("p75", l.P75Ms), ("p90", l.P90Ms), ("p95", l.P95Ms), ("p99", l.P99Ms), ("p99.9", l.P999Ms), ("p99.99", l.P9999Ms), ("max", l.MaxMs)];
        page.Append(BarChart.Svg("Latency from the intended start", [.. quantiles.Select(q => (q.Item1, q.Item2, Figures.Milliseconds(q.Item2)))]));
        if (s.Nodes.Count > 0)
            page.Append(BarChart.Svg("Answers of each node", [.. s.Nodes.Select(n => (n.Name, (double)n.Answers, Figures.Count(n.Answers)))]));

        ChartMark[] marks = [.. s.Events.Where(e => e.Keys is not null || s.Events.Count < 10).Select(e => new ChartMark(e.AtSeconds, e.Name))];
        page.Append(LineChart.Svg("Iterations per second",
            [
                Line(s, "succeeded", i => i.Succeeded / i.Length),
                Line(s, "failed", i => i.Failed / i.Length),
            ],
            marks, v => Figures.PerSecond(v) + "/s"));
        page.Append(LineChart.Svg("Latency in time",
            [
                Line(s, "p50", i => i.P50Ms), Line(s, "p99", i => i.P99Ms), Line(s, "max", i => i.MaxMs),
            ],
            marks, Figures.Milliseconds));
        page.Append(LineChart.Svg("Memory of each gateway",
            [.. s.Processes.Select(p => new ChartLine(p.Name, [.. p.Samples.Select(m => (m.Seconds, (double)m.ResidentBytes))]))],
            marks, v => (v / MegaBytes).ToString("0.# MiB", CultureInfo.InvariantCulture)));
        page.Append(LineChart.Svg("Open handles of each gateway",
            [.. s.Processes.Select(p => new ChartLine(p.Name, [.. p.Samples.Select(m => (m.Seconds, (double)m.Handles))]))],
            marks, v => v.ToString("0", CultureInfo.InvariantCulture)));
        if (s.Search is { } search)
        {
            page.Append(BarChart.Svg(
                "Latency at the rates that were tried",
                [.. search.Trials.Select(t => (string.Create(CultureInfo.InvariantCulture, $"{t.Rate:0}/s"), t.LatencyMs, $"{Figures.Milliseconds(t.LatencyMs)}{(t.Passed ? "" : ", too slow or failed")}"))]));
        }

        return page.ToString();
    }

    private static ChartLine Line(ScenarioResult s, string name, Func<IntervalResult, double> read) =>
        new(name, [.. s.Intervals.Select(i => (i.Seconds, read(i)))]);
}
