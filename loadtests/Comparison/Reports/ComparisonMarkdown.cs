using System.Globalization;
using System.Text;
using HashBalancer.Comparison.Rounds;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Comparison.Reports;

/// <summary>The comparison as tables for people.</summary>
internal sealed class ComparisonMarkdown : IReportFormat<ComparisonReport>
{
    public string Name => "markdown";

    public string Extension => ".md";

    public string Write(ComparisonReport report)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Comparison: {report.Workload}\n\n{report.WorkloadDescription}.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- {report.StartedAt:yyyy-MM-dd HH:mm} UTC, {report.Machine.Cores} cores of {report.Machine.Cpu}, ");
        text.Append(CultureInfo.InvariantCulture, $"{report.Machine.System}, {report.Machine.Runtime}\n");
        text.Append("- Proxies on one core, client and backends on another; ").Append(
            CultureInfo.InvariantCulture, $"client: {report.Client}; {report.Plan.Rounds} interleaved rounds of {report.Plan.Measure.TotalSeconds:0.#} s ");
        text.Append(CultureInfo.InvariantCulture, $"saturated and {report.Plan.Measure.TotalSeconds:0.#} s at half of that, after warm-up rounds with parts of {report.Plan.WarmUp.TotalSeconds:0.#} s, another one as long as a proxy still became cheaper, at most {report.Plan.MostWarmUps}\n");
        text.Append("- Medians of rounds; \"CPU ÷ best\" is the median of each round's ratio to the cheaper of the installed nginx and HAProxy\n");
        foreach (PeerResult peer in report.Peers.Where(p => p.Version.Length > 0))
            text.Append(CultureInfo.InvariantCulture, $"- {peer.Name}: {peer.Version}\n");
        foreach (string missing in report.Missing)
            text.Append(CultureInfo.InvariantCulture, $"- Missing: {missing}\n");

        var table = new MarkdownTable(ComparisonTable.Columns);
        foreach (PeerResult peer in report.Peers)
            table.Add(ComparisonTable.Row(peer));
        text.Append('\n').Append(table).Append("\n## Rounds\n\nRequests/s and CPU µs/request at saturation.\n\n");

        var rounds = new MarkdownTable(["proxy", .. report.Peers[0].Rounds.Select(r => $"round {r.Number}")]);
        foreach (PeerResult peer in report.Peers)
            rounds.Add([peer.Name, .. peer.Rounds.Select(Cell)]);
        return text.Append(rounds).ToString();
    }

    private static string Cell(Round round) => string.Create(CultureInfo.InvariantCulture,
        $"{round.Rate:N0}{(round.CpuMicroseconds is { } cpu ? string.Create(CultureInfo.InvariantCulture, $" / {cpu:0.0}") : "")}");
}
