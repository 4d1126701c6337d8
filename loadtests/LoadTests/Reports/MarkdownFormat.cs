using System.Globalization;
using System.Text;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Reports;

/// <summary>The report as tables for people.</summary>
internal sealed class MarkdownFormat : IReportFormat<LoadReport>
{
    // A slope says something after five minutes; before that a process is still warming up.
    private const double LongRun = 300;

    // Of events that happen again and again the first ones show what happens.
    private const int MostRepeated = 3;

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
            $"- Answers from a node's cache: {Figures.Ratio(s.CacheHitRatio)}; from another node than the key's first: {Figures.Ratio(s.Affinity?.OffOwner)}\n");
        if (s.Agreement is { } agreement)
            text.Append(CultureInfo.InvariantCulture, $"- Gateways agreed on {Figures.Ratio(agreement.Ratio)} of {agreement.Keys} keys\n");
        if (s.Search is { } search)
            text.Append(CultureInfo.InvariantCulture, $"- Highest rate within the bounds: {search.Rate:0}/s, of {search.Trials.Count} trials\n");
        text.Append('\n').Append(Steps(s)).Append('\n');
        if (s.Nodes.Count > 0)
            text.Append(Nodes(s)).Append('\n');
        if (s.Events.Count > 0)
            text.Append(Events(s)).Append('\n');
        if (s.Processes.Count > 0 && s.MeasuredSeconds >= LongRun)
            text.Append(Processes(s)).Append('\n');
        text.Append(Thresholds(s));
    }

    private static MarkdownTable Events(ScenarioResult s)
    {
        var table = new MarkdownTable("event", "at", "until", "what", "keys", "moved", "strays");
        foreach (EventResult e in s.Events.Where(e => e.Keys is not null).Concat(s.Events.Where(e => e.Keys is null).Take(MostRepeated)))
        {
            table.Add(
                e.Name, Figures.Seconds(e.AtSeconds), Figures.Seconds(e.EndSeconds), e.Description,
                e.Keys is { } keys ? Figures.Count(keys) : Figures.Missing, Figures.Ratio(e.Moved), Figures.Ratio(e.Strays));
        }

        return table;
    }

    private static MarkdownTable Processes(ScenarioResult s)
    {
        const double MegaBytes = 1024 * 1024;
        var table = new MarkdownTable("gateway", "memory", "slope", "of it", "handles", "slope", "of them");
        foreach (ProcessResult p in s.Processes.Where(p => p.Samples.Count > 0))
        {
            table.Add(
                p.Name, Text($"{p.Samples[^1].ResidentBytes / MegaBytes:0.0} MiB"), Text($"{p.MemoryBytesPerMinute / 1024:0.0} KiB/min"), Text($"{p.MemoryGrowth:0.0 %}"),
                Text($"{p.Samples[^1].Handles}"), Text($"{p.HandlesPerMinute:0.00}/min"), Text($"{p.HandleGrowth:0.0 %}"));
        }

        return table;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

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
