using System.Globalization;
using System.Text;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Comparison.Validity.Reports;

/// <summary>The report as tables for people.</summary>
internal sealed class ValidityMarkdown : IReportFormat<ValidityReport>
{
    public string Name => "markdown";

    public string Extension => ".md";

    public string Write(ValidityReport report)
    {
        var text = new StringBuilder("# Can the runner's figures be believed?\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- {report.StartedAt:yyyy-MM-dd HH:mm} UTC, {report.Machine.Cores} cores of {report.Machine.Cpu}, {report.Machine.System}, {report.Machine.Runtime}\n");
        text.Append("- Load generator on one core, server on another\n");
        foreach (string missing in report.Missing)
            text.Append(CultureInfo.InvariantCulture, $"- {missing}\n");

        text.Append(CultureInfo.InvariantCulture, $"\n## A server with a known law\n\nService times of 10 ms and an exponential part with a mean of 30 ms; {Figures.Count(report.LawRequests)} requests at 1,000/s.\n\n");
        var law = new MarkdownTable("quantile", "truth", "reported", "error");
        foreach (LawQuantile q in report.Law)
            law.Add(q.Name, Figures.Milliseconds(q.TruthMs), Figures.Milliseconds(q.ReportedMs), Text($"{q.Error:+0.00 %;-0.00 %;0.00 %}"));
        text.Append(law).Append("\n## A server of 1 ms that pauses once for 100 ms\n\n");
        var pauses = new MarkdownTable("load", "requests", "p50", "p99.9", "max", "p99.9 in truth");
        foreach (PauseView p in report.Pauses)
        {
            pauses.Add(
                p.Load, Figures.Count(p.Requests), Figures.Milliseconds(p.P50Ms), Figures.Milliseconds(p.P999Ms), Figures.Milliseconds(p.MaxMs),
                p.TruthP999Ms is { } truth ? Figures.Milliseconds(truth) : "its users ask nothing meanwhile");
        }

        text.Append(pauses).Append("\n## As fast as one core can, medians of interleaved rounds\n\n");
        var speeds = new MarkdownTable("load generator", "requests/s", "its CPU µs/request", "failed");
        foreach (ClientSpeed s in report.Speeds)
            speeds.Add(s.Client, Figures.Count((long)s.PerSecond), Text($"{s.CpuMicroseconds:0.0}"), Figures.Count(s.Failed));
        text.Append(speeds).Append("\nThis runner checks every answer, whose key must be the one that was asked for; the others check statuses.\n\n## Offered rates, medians of rounds\n\n");
        var rates = new MarkdownTable("load simulation", "wanted/s", "sent in time/s", "error", "began late, p99", "p99", "failed");
        foreach (OfferedRate r in report.Rates)
        {
            rates.Add(
                r.Simulation, Figures.Count((long)r.Wanted), Figures.Count((long)Math.Round(r.Sent)), Text($"{r.Error:0.00 %}"), Figures.Milliseconds(r.StartDelayP99Ms),
                Figures.Milliseconds(r.P99Ms), Figures.Count(r.Failed));
        }

        text.Append(rates).Append("\n## What must hold\n\n");
        foreach (ValidityGoal goal in report.Goals)
            text.Append(CultureInfo.InvariantCulture, $"- {(goal.Holds ? "holds" : "MISSED")}: {goal.Name}\n");
        return text.ToString();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
