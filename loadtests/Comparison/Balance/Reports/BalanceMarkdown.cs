using System.Globalization;
using System.Text;
using HashBalancer.Comparison.Balance.Runs;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Comparison.Balance.Reports;

/// <summary>The report for people.</summary>
internal sealed class BalanceMarkdown : IReportFormat<BalanceReport>
{
    public static readonly string[] Columns =
        ["proxy", "max/mean", "by chance", "utilisation", "hits", "off owner", "p50 ms", "p99 ms", "settled after s", "keys moved", "requests", "failed", "stretch"];

    public string Name => "markdown";

    public string Extension => ".md";

    public static string[] Row(BalanceResult r) =>
    [
        r.Name, Number(r.MaxOverMean, "0.000") + (r.Runs.Count > 1 ? $" ({Number(r.Runs[0], "0.000")}..{Number(r.Runs[^1], "0.000")})" : ""), Number(r.ByChance, "0.000"), Number(r.Utilisation, "0.000"), Number(r.HitRatio, "0.000"), Number(100 * r.OffOwner, "0.00") + " %",
        Number(r.P50Milliseconds, "0"), Number(r.P99Milliseconds, "0"), r.SettledAfterSeconds is { } settled ? Number(settled, "0") : Figures.Missing,
        Number(100 * r.MovedShare, "0.00") + " %", Figures.Count(r.Requests), Figures.Count(r.Failed), Number(r.Stretch, "0.00"),
    ];

    public string Write(BalanceReport report)
    {
        var text = new StringBuilder("# Balance under skewed keys\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Made by `dotnet run -c Release --project loadtests/Comparison -- balance --report loadtests/results`, {report.StartedAt:yyyy-MM-dd HH:mm} UTC, ");
        text.Append(CultureInfo.InvariantCulture, $"{report.Machine.Cores} cores of {report.Machine.Cpu}, {report.Machine.System}, {report.Machine.Runtime}.\n\n");
        text.Append("Ten nodes a proxy, each on a loopback address of its own: four slots, first come, first served, a cache of 500 of 10,000 keys; 32 ms of work for a\n");
        text.Append("key that the node holds, 160 ms for another, divided by the node's speed. Poisson arrivals at 60 % of what the nodes could do with each key at its owner;\n");
        text.Append("the same requests for every proxy, latency from the planned instant. Nodes report their utilisation with each answer; nobody is told their speeds.\n");
        text.Append(CultureInfo.InvariantCulture, $"{report.SettleSeconds:0} s to settle, then {report.MeasureSeconds:0} s that count; {report.AtOnce} proxies at once, each with nodes of its own.\n\n");
        if (report.Seeds > 1)
            text.Append(CultureInfo.InvariantCulture, $"Medians of {report.Seeds} runs, each with arrivals and keys drawn anew; max/mean with the least and the most, requests and failures added up, stretch and settled the worst.\n\n");
        text.Append("By chance: what max/mean would be in that time were the nodes loaded alike, from shuffles of who did what in each stretch of 10 s.\n");
        text.Append("Settled: since when no 30 s had a node above 1.15 of the mean. Keys moved: those that another node serves in the second half of the time that counts\n");
        text.Append("than served them in the first. Off owner: requests that another node served than most of their key's; a hot key that several share counts there.\n");
        text.Append("Stretch: how much longer the nodes' work took than it was to; above 1.1 the machine was too busy, and the scenario does not count.\n");
        foreach (string missing in report.Missing)
            text.Append(CultureInfo.InvariantCulture, $"\nMissing: {missing}\n");
        text.Append('\n').Append(Goals(report));
        foreach (BalanceTable scenario in report.Scenarios)
        {
            string speeds = string.Join(", ", scenario.Speeds.GroupBy(s => s).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Count()} × {s.Key:0.#}")));
            text.Append(CultureInfo.InvariantCulture, $"\n## Zipf {scenario.Exponent:0.0}, speeds {speeds}\n\n");
            var table = new MarkdownTable(Columns);
            foreach (BalanceResult result in scenario.Results)
                table.Add(Row(result));
            text.Append(table);
        }

        return text.ToString();
    }

    private static string Goals(BalanceReport report)
    {
        var table = new MarkdownTable("goal of HashBalancer", "is", "at most", "holds");
        foreach (BalanceTable scenario in report.Scenarios)
        {
            foreach (BalanceGoal goal in scenario.Goals)
                table.Add($"{scenario.Name}: {goal.Name}", goal.Is is { } reached ? Number(reached, "0.000") : "never", Number(goal.AtMost, "0.###"), goal.Holds ? "yes" : "no");
        }

        return table.ToString();
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
