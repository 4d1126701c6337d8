using System.Globalization;
using System.Net;
using System.Text;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Reports;

/// <summary>The report as one page that needs nothing else: no script runs and nothing is fetched.</summary>
internal sealed class HtmlFormat : IReportFormat<LoadReport>
{
    // The empty icon keeps browsers from asking for /favicon.ico.
    private const string Head = """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>Load test</title><link rel="icon" href="data:,">
        <style>
        body { font: 14px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 75em; padding: 0 1em; color: #222; }
        table { border-collapse: collapse; margin: 1em 0; } th, td { padding: .25em .7em; border-bottom: 1px solid #ddd; text-align: right; }
        th:first-child, td:first-child, td.text { text-align: left; } .passed { color: #17692c; } .failed { color: #b00020; font-weight: bold; }
        figure { margin: 1em 0; } figcaption { font-weight: bold; } svg rect { fill: #3b6ea8; } svg text { font-size: 12px; } svg .name { text-anchor: end; }
        </style></head><body>
        <h1>Load test</h1>

        """;

    public string Name => "html";

    public string Extension => ".html";

    public string Write(LoadReport report)
    {
        var page = new StringBuilder(Head);
        page.Append(CultureInfo.InvariantCulture,
            $"<p>{Encode($"HashBalancer {report.Version} on {report.Machine.Cores} cores of {report.Machine.Cpu}, {report.Machine.System}, {report.Machine.Runtime}.")} ");
        page.Append(CultureInfo.InvariantCulture, $"Quantiles are within {report.QuantileError:P2} of the exact ones.</p>\n");
        AppendSummary(page, report);
        foreach (ScenarioResult scenario in report.Scenarios)
            Append(page, scenario);
        return page.Append("</body></html>\n").ToString();
    }

    private static void AppendSummary(StringBuilder page, LoadReport report)
    {
        Begin(page, "scenario", "result", "requests", "failed", "answered/s", "p50", "p99", "p99.9", "max", "affinity", "balance min..max");
        foreach (ScenarioResult s in report.Scenarios)
        {
            LatencySummary l = s.Iterations.Latency;
            Row(page,
                Cell(s.Name), Result(s.Passed), Cell(Figures.Count(s.Iterations.Requests)), Cell(Figures.Count(s.Iterations.Failed)),
                Cell(Figures.PerSecond(s.Rate.Answered)), Cell(Figures.Milliseconds(l.P50Ms)), Cell(Figures.Milliseconds(l.P99Ms)),
                Cell(Figures.Milliseconds(l.P999Ms)), Cell(Figures.Milliseconds(l.MaxMs)), Cell(Figures.Ratio(s.Affinity?.Ratio)), Cell(Figures.Balance(s.Balance)));
        }

        page.Append("</table>\n");
    }

    private static void Append(StringBuilder page, ScenarioResult s)
    {
        page.Append(CultureInfo.InvariantCulture, $"<section id=\"{Encode(s.Name)}\"><h2>{Encode(s.Name)}</h2><p>{Encode(s.Description)}</p>\n");
        page.Append(CultureInfo.InvariantCulture, $"<p>{Encode($"{s.Target}; {s.Load}; keys: {s.Keys}; seed {s.Seed}; {s.Connections} connections, {s.ConnectionsOpened} opened")}</p>\n");
        LatencySummary l = s.Iterations.Latency;
        (string, double)[] quantiles =
            [("p50", l.P50Ms), ("p75", l.P75Ms), ("p90", l.P90Ms), ("p95", l.P95Ms), ("p99", l.P99Ms), ("p99.9", l.P999Ms), ("p99.99", l.P9999Ms), ("max", l.MaxMs)];
        page.Append(BarChart.Svg("Latency from the intended start", [.. quantiles.Select(q => (q.Item1, q.Item2, Figures.Milliseconds(q.Item2)))]));
        if (s.Nodes.Count > 0)
            page.Append(BarChart.Svg("Answers of each node", [.. s.Nodes.Select(n => (n.Name, (double)n.Answers, Figures.Count(n.Answers)))]));

        Begin(page, "step", "requests", "failed", "p50", "p99", "p99.9", "max", "p99 from sending", "statuses", "failures");
        foreach (StepResult step in s.Steps)
        {
            Measurements m = step.Measured;
            Row(page,
                Cell(step.Name), Cell(Figures.Count(m.Requests)), Cell(Figures.Count(m.Failed)), Cell(Figures.Milliseconds(m.Latency.P50Ms)),
                Cell(Figures.Milliseconds(m.Latency.P99Ms)), Cell(Figures.Milliseconds(m.Latency.P999Ms)), Cell(Figures.Milliseconds(m.Latency.MaxMs)),
                Cell(Figures.Milliseconds(m.Service.P99Ms)), Cell(Figures.Pairs(m.Statuses)), Cell(Figures.Pairs(m.Failures)));
        }

        page.Append("</table>\n");
        Begin(page, "threshold", "result", "measured", "because");
        foreach (ThresholdResult t in s.Thresholds)
            Row(page, Cell(t.Bound), Result(t.Passed), Wordy(t.Text), Wordy(t.Because));
        page.Append("</table></section>\n");
    }

    private static void Begin(StringBuilder page, params string[] columns) =>
        page.Append("<table><tr>").AppendJoin("", columns.Select(c => $"<th>{Encode(c)}</th>")).Append("</tr>\n");

    private static void Row(StringBuilder page, params string[] cells) => page.Append("<tr>").AppendJoin("", cells).Append("</tr>\n");

    private static string Cell(string text) => $"<td>{Encode(text)}</td>";

    private static string Wordy(string text) => $"<td class=\"text\">{Encode(text)}</td>";

    private static string Result(bool passed) => passed ? "<td class=\"passed\">passed</td>" : "<td class=\"failed\">FAILED</td>";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
