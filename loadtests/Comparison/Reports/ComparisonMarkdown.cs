using System.Globalization;
using System.Text;
using HashBalancer.Comparison.Rounds;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Comparison.Reports;

/// <summary>The comparison as tables for people.</summary>
internal sealed class ComparisonMarkdown : IReportFormat<ComparisonReports>
{
    public string Name => "markdown";

    public string Extension => ".md";

    public string Write(ComparisonReports report)
    {
        ComparisonReport first = report.Workloads[0];
        var text = new StringBuilder("# Comparison\n\n");
        text.Append(CultureInfo.InvariantCulture, $"- {first.Machine.Cores} cores of {first.Machine.Cpu}, ");
        text.Append(CultureInfo.InvariantCulture, $"{first.Machine.System}, {first.Machine.Runtime}\n");
        text.Append("- Proxies on one core, client and backends on another; interleaved rounds, each with a short lead-in that does not count, then saturated, then at half of that; before them warm-up rounds, another one as long as a proxy still became cheaper\n");
        text.Append("- Medians of rounds; \"CPU ÷ best\" is the median of each round's ratio to the cheaper of the installed nginx and HAProxy; \"B/request\" is what the whole process of a .NET proxy allocated\n");
        foreach (PeerResult peer in report.Workloads.SelectMany(w => w.Peers).DistinctBy(p => p.Name).Where(p => p.Version.Length > 0))
            text.Append(CultureInfo.InvariantCulture, $"- {peer.Name}: {peer.Version}\n");
        var summary = new MarkdownTable(ComparisonSummary.Columns);
        foreach (ComparisonReport workload in report.Workloads)
            summary.Add(ComparisonSummary.Row(workload));
        text.Append("\n## HashBalancer beside the others\n\n").Append(summary);
        foreach (ComparisonReport workload in report.Workloads)
            Append(text, workload);
        return text.ToString();
    }

    private static void Append(StringBuilder text, ComparisonReport report)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {report.Workload}\n\n{report.WorkloadDescription}. Client: {report.Client}; {report.Plan.Rounds} rounds of {report.Plan.Measure.TotalSeconds:0.#} s and {report.Plan.Measure.TotalSeconds:0.#} s, ");
        text.Append(CultureInfo.InvariantCulture, $"at most {report.Plan.MostWarmUps} warm-up rounds with parts of {report.Plan.WarmUp.TotalSeconds:0.#} s, {report.StartedAt:yyyy-MM-dd HH:mm} UTC.\n\n");
        foreach (string missing in report.Missing)
            text.Append(CultureInfo.InvariantCulture, $"- Missing: {missing}\n");
        if (report.Peers.Count == 0)
            return;
        var table = new MarkdownTable(ComparisonTable.Columns);
        foreach (PeerResult peer in report.Peers)
            table.Add(ComparisonTable.Row(peer));
        text.Append(report.Missing.Count > 0 ? "\n" : "").Append(table).Append("\nRounds: requests/s and CPU µs/request at saturation.\n\n");

        var rounds = new MarkdownTable(["proxy", .. report.Peers[0].Rounds.Select(r => $"round {r.Number}")]);
        foreach (PeerResult peer in report.Peers)
            rounds.Add([peer.Name, .. peer.Rounds.Select(Cell)]);
        text.Append(rounds);
    }

    private static string Cell(Round round) => string.Create(CultureInfo.InvariantCulture,
        $"{round.Rate:N0}{(round.CpuMicroseconds is { } cpu ? string.Create(CultureInfo.InvariantCulture, $" / {cpu:0.0}") : "")}");
}
