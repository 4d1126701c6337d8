using System.Globalization;
using System.Text;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Reports;

/// <summary>The report as tables for people.</summary>
internal sealed class MarkdownFormat : IReportFormat<LoadReport>
{
    public string Name => "markdown";

    public string Extension => ".md";

    public string Write(LoadReport report)
    {
        var text = new StringBuilder("# Load test\n\n");
        text.Append(CultureInfo.InvariantCulture,
            $"HashBalancer {report.Version} on {report.Machine.Cores} cores of {report.Machine.Cpu}, {report.Machine.System}, {report.Machine.Runtime}. ");
        text.Append(CultureInfo.InvariantCulture, $"Quantiles are within {report.QuantileError:P2} of the exact ones.\n\n");
        text.Append(Summary(report));
        foreach (ScenarioResult scenario in report.Scenarios)
            Append(text, scenario);
        return text.ToString();
    }

    private static MarkdownTable Summary(LoadReport report)
    {
        var table = new MarkdownTable(
            "scenario", "result", "requests", "failed", "answered/s", "p50", "p99", "p99.9", "max", "affinity", "balance min..max");
        foreach (ScenarioResult s in report.Scenarios)
        {
            LatencySummary latency = s.Iterations.Latency;
            table.Add(
                s.Name, s.Passed ? "passed" : "FAILED", Figures.Count(s.Iterations.Requests), Figures.Count(s.Iterations.Failed),
                Figures.PerSecond(s.Rate.Answered), Figures.Milliseconds(latency.P50Ms), Figures.Milliseconds(latency.P99Ms),
                Figures.Milliseconds(latency.P999Ms), Figures.Milliseconds(latency.MaxMs), Figures.Ratio(s.Affinity?.Ratio),
                Figures.Balance(s.Balance));
        }

        return table;
    }

    private static void Append(StringBuilder text, ScenarioResult s)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {s.Name}\n\n{s.Description}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- Target: {s.Target}\n- Load: {s.Load}; keys: {s.Keys}; seed {s.Seed}; ");
        text.Append(CultureInfo.InvariantCulture, $"{s.Connections} connections, {s.ConnectionsOpened} opened\n");
        text.Append(CultureInfo.InvariantCulture,
            $"- Started {s.StartedAt:yyyy-MM-dd HH:mm:ss} UTC, warm-up {s.WarmUpSeconds:0.##} s, measured {s.MeasuredSeconds:0.##} s\n");
        text.Append(CultureInfo.InvariantCulture, $"- Rate: wanted {(s.Rate.Wanted is { } wanted ? Figures.PerSecond(wanted) : Figures.Missing)}/s, ");
        text.Append(CultureInfo.InvariantCulture, $"planned {s.Rate.Planned}, sent in time {s.Rate.SentInTime}; ");
        text.Append(CultureInfo.InvariantCulture, $"the runner began {Figures.Milliseconds(s.StartDelay.P99Ms)} late at p99\n");
        text.Append(CultureInfo.InvariantCulture,
            $"- Answers from a node's cache: {Figures.Ratio(s.CacheHitRatio)}; from another node than the key's first: {Figures.Ratio(s.Affinity?.OffOwner)}\n\n");
        text.Append(Steps(s)).Append('\n');
        if (s.Nodes.Count > 0)
            text.Append(Nodes(s)).Append('\n');
        text.Append(Thresholds(s));
    }

    private static MarkdownTable Steps(ScenarioResult s)
    {
        var table = new MarkdownTable("step", "requests", "failed", "p50", "p90", "p99", "p99.9", "max", "p99 from sending", "statuses", "failures");
        foreach (StepResult step in s.Steps)
        {
            Measurements m = step.Measured;
            table.Add(
                step.Name, Figures.Count(m.Requests), Figures.Count(m.Failed), Figures.Milliseconds(m.Latency.P50Ms),
                Figures.Milliseconds(m.Latency.P90Ms), Figures.Milliseconds(m.Latency.P99Ms), Figures.Milliseconds(m.Latency.P999Ms),
                Figures.Milliseconds(m.Latency.MaxMs), Figures.Milliseconds(m.Service.P99Ms), Figures.Pairs(m.Statuses), Figures.Pairs(m.Failures));
        }

        return table;
    }

    private static MarkdownTable Nodes(ScenarioResult s)
    {
        var table = new MarkdownTable("node", "answers", "of mean");
        foreach (NodeResult node in s.Nodes)
            table.Add(node.Name, Figures.Count(node.Answers), node.OfMean.ToString("0.00", CultureInfo.InvariantCulture));
        return table;
    }

    private static MarkdownTable Thresholds(ScenarioResult s)
    {
        var table = new MarkdownTable("threshold", "result", "measured", "because");
        foreach (ThresholdResult t in s.Thresholds)
            table.Add(t.Bound, t.Passed ? "passed" : "FAILED", t.Text, t.Because);
        return table;
    }
}
