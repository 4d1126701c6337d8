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
        table { border-collapse: collapse; margin: 1em 0; } th, td { padding: .25em .7em; border-bottom: 1px solid #ddd; text-align: right; white-space: nowrap; }
        th:first-child, td:first-child, td.text { text-align: left; } td.text { white-space: normal; } .passed { color: #17692c; } .failed { color: #b00020; font-weight: bold; }
        figure { margin: 1em 0; } figcaption { font-weight: bold; } svg rect { fill: #3b6ea8; } svg text { font-size: 12px; } svg .name { text-anchor: end; }
        .lines text { font-size: 11px; } .axis { fill: none; stroke: #999; } path.mark { stroke: #b00020; stroke-dasharray: 3 3; } text.mark { fill: #b00020; }
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
        page.Append(ScenarioCharts.Of(s));
        AppendEvents(page, s);
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

    private static void AppendEvents(StringBuilder page, ScenarioResult s)
    {
        if (s.Agreement is { } agreement)
            page.Append(CultureInfo.InvariantCulture, $"<p>The gateways agreed on {Encode(Figures.Ratio(agreement.Ratio))} of {agreement.Keys} keys.</p>\n");
        if (s.Events.Count == 0)
            return;
        Begin(page, "event", "at", "until", "what", "keys", "moved", "strays");
        foreach (EventResult e in s.Events)
        {
            Row(page,
                Cell(e.Name), Cell(Figures.Seconds(e.AtSeconds)), Cell(Figures.Seconds(e.EndSeconds)), Wordy(e.Description),
                Cell(e.Keys is { } keys ? Figures.Count(keys) : Figures.Missing), Cell(Figures.Ratio(e.Moved)), Cell(Figures.Ratio(e.Strays)));
        }

        page.Append("</table>\n");
    }

    private static void Begin(StringBuilder page, params string[] columns) =>
        page.Append("<table><tr>").AppendJoin("", columns.Select(c => $"<th>{Encode(c)}</th>")).Append("</tr>\n");

    private static void Row(StringBuilder page, params string[] cells) => page.Append("<tr>").AppendJoin("", cells).Append("</tr>\n");

    private static string Cell(string text) => $"<td>{Encode(text)}</td>";

    private static string Wordy(string text) => $"<td class=\"text\">{Encode(text)}</td>";

    private static string Result(bool passed) => passed ? "<td class=\"passed\">passed</td>" : "<td class=\"failed\">FAILED</td>";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
