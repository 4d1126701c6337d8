using System.Globalization;
using HashBalancer.Comparison.Clients;
using HashBalancer.Comparison.Measuring;
using HashBalancer.Comparison.Reports;
using HashBalancer.Comparison.Rounds;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Reports;
using Spectre.Console;

namespace HashBalancer.Comparison.Cli;

/// <summary>Runs the chosen workloads one after another, shows each and writes the report after each: a long session leaves what it has.</summary>
internal sealed class ComparisonSession(
    ComparisonOptions options, IClient http2, Cores cores, DirectoryInfo scratch, Func<string> gateway, IReadOnlyList<string> settings,
    TimeProvider time, TextWriter output)
{
    private const string ReportName = "comparison";
    private const string SoakName = "comparison-soak";

    /// <summary>The exit code: whether every request was answered rightly.</summary>
    public async Task<int> Run(DirectoryInfo? folder, CancellationToken cancellation)
    {
        var reports = new List<ComparisonReport>();
        string? earlier = EarlierIn(folder);
        long failed = 0;
        foreach (Workload workload in options.Workloads)
        {
            IClient client = workload.Front == Front.Http2 ? http2 : options.Client;
            if (client.Missing() is { } reason)
            {
                await output.WriteLineAsync($"missing for {workload.Name}: {reason}");
                continue;
            }

            var run = new ComparisonRun(
                options.Peers, workload, client, options.PlanOf(workload), cores, scratch, gateway, settings, time, output);
            if (options.Soak is { } length)
            {
                SoakReport soak = await run.Soak(length, cancellation);
                Show(soak);
                failed += soak.Peers.Sum(p => p.Failed);
                await Save(soak, [new JsonFormat<SoakReport>(), new SoakMarkdown()], folder, SoakName);
                continue;
            }

            ComparisonReport report = await run.Run(cancellation);
            reports.Add(report);
            Show(report);
            failed += report.Peers.Sum(p => p.Median.Failed);
            await Save(Joined(reports, earlier), [new JsonFormat<ComparisonReports>(), new ComparisonMarkdown()], folder, ReportName);
        }

        return failed == 0 ? ExitCodes.Passed : ExitCodes.Broken;
    }

    private static string? EarlierIn(DirectoryInfo? folder)
    {
        string? file = folder is null ? null : Path.Combine(folder.FullName, ReportName + new JsonFormat<ComparisonReports>().Extension);
        return File.Exists(file) ? File.ReadAllText(file) : null;
    }

    private static ComparisonReports Joined(IReadOnlyList<ComparisonReport> reports, string? earlier) =>
        EarlierWorkloads.JoinedBy(earlier, reports, WorkloadList.All.Keys);

    private void Show(ComparisonReport report)
    {
        Table table = new Table().Title(Markup.Escape($"{report.Workload}, client {report.Client}")).AddColumns(ComparisonTable.Columns);
        foreach (PeerResult peer in report.Peers)
            table.AddRow([.. ComparisonTable.Row(peer).Select(Markup.Escape)]);
        Consoles.Create(output).Write(table);
        foreach (PeerResult peer in report.Peers.Where(p => p.Median.Failed > 0))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"BROKEN {report.Workload}, {peer.Name}: {peer.Median.Failed} requests failed"));
    }

    private void Show(SoakReport report)
    {
        Table table = new Table().Title(Markup.Escape($"{report.Workload}, client {report.Client}")).AddColumns(SoakMarkdown.Columns);
        foreach (SoakResult peer in report.Peers)
            table.AddRow([.. SoakMarkdown.Row(peer).Select(Markup.Escape)]);
        Consoles.Create(output).Write(table);
    }

    private async Task Save<TReport>(TReport report, IReportFormat<TReport>[] formats, DirectoryInfo? folder, string name)
    {
        if (folder is null)
            return;
        foreach (string file in await ReportFormats.Save(report, formats, folder, name))
            await output.WriteLineAsync($"report {file}");
    }
}
