using System.CommandLine;
using System.Globalization;
using HashBalancer.Comparison.Clients;
using HashBalancer.Comparison.Measuring;
using HashBalancer.Comparison.Reports;
using HashBalancer.Comparison.Rounds;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Targets;
using Spectre.Console;

namespace HashBalancer.Comparison.Cli;

/// <summary>The command line of the comparison.</summary>
internal static class ComparisonCommand
{
    private const int DefaultRounds = 5;
    private const double DefaultSeconds = 8;
    private const double DefaultWarmUpSeconds = 5;

    public static RootCommand Create(TimeProvider time, TextWriter output, TextWriter error)
    {
        var rounds = new Option<int>("--rounds") { Description = "How often each proxy is measured", DefaultValueFactory = _ => DefaultRounds };
        var seconds = new Option<double>("--seconds") { Description = "How long each of a round's two parts lasts", DefaultValueFactory = _ => DefaultSeconds };
        var warmUp = new Option<double>("--warm-up") { Description = "How long each part of a warm-up round lasts; there is another one as long as a proxy still becomes cheaper", DefaultValueFactory = _ => DefaultWarmUpSeconds };
        var workload = new Option<string>("--workload") { Description = $"What is asked: {Section.Listing(WorkloadList.All.Keys)}", DefaultValueFactory = _ => WorkloadList.Default };
        var client = new Option<string>("--client") { Description = "What saturates the proxies: own or wrk", DefaultValueFactory = _ => OwnClient.ClientName };
        var only = new Option<string[]>("--only") { Description = "Proxies to compare, by name; all without it", AllowMultipleArgumentsPerToken = true };
        var smoke = new Option<bool>("--smoke") { Description = "One short round: does it work? Less than a minute" };
        var report = new Option<DirectoryInfo?>("--report") { Description = "Write comparison-<workload>.json and .md to this directory" };
        var gateway = new Option<FileInfo?>("--gateway") { Description = "HashBalancer's dll; otherwise the one built in this repository" };
        var command = new RootCommand("nginx, HAProxy, stock YARP and HashBalancer before the same backends, one core each")
        {
            rounds, seconds, warmUp, workload, client, only, smoke, report, gateway,
        };
        command.SetAction((parsed, cancellation) => ExitCodes.Guard(error, async () =>
        {
            DirectoryInfo scratch = Directory.CreateTempSubdirectory("hashbalancer-comparison-");
            try
            {
                var options = ComparisonOptions.Read(
                    parsed.GetValue(rounds), parsed.GetValue(seconds), parsed.GetValue(warmUp), parsed.GetValue(workload)!,
                    parsed.GetValue(client)!, parsed.GetValue(only) ?? [], parsed.GetValue(smoke), [new OwnClient(time), new WrkClient(scratch)]);
                Cores cores = Cores.Choose();
                CpuAffinity.PinProcess(cores.Client);
                var run = new ComparisonRun(
                    options.Peers, options.Workload, options.Client, options.Plan, cores, scratch,
                    () => GatewayAssembly.Find(parsed.GetValue(gateway)), time, output);
                ComparisonReport result = await run.Run(cancellation);
                Show(output, result);
                if (parsed.GetValue(report) is { } folder)
                    await Save(output, result, folder);
                return result.Peers.All(p => p.Median.Failed == 0) ? ExitCodes.Passed : ExitCodes.Broken;
            }
            finally
            {
                scratch.Delete(recursive: true);
            }
        }));
        return command;
    }

    private static void Show(TextWriter output, ComparisonReport report)
    {
        Table table = new Table().Title(Markup.Escape($"{report.Workload}, client {report.Client}")).AddColumns(ComparisonTable.Columns);
        foreach (PeerResult peer in report.Peers)
            table.AddRow([.. ComparisonTable.Row(peer).Select(Markup.Escape)]);
        Consoles.Create(output).Write(table);
        foreach (PeerResult peer in report.Peers.Where(p => p.Median.Failed > 0))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"BROKEN {peer.Name}: {peer.Median.Failed} requests failed"));
    }

    private static async Task Save(TextWriter output, ComparisonReport report, DirectoryInfo folder)
    {
        IReportFormat<ComparisonReport>[] formats = [new JsonFormat<ComparisonReport>(), new ComparisonMarkdown()];
        foreach (string file in await ReportFormats.Save(report, formats, folder, $"comparison-{report.Workload}"))
            await output.WriteLineAsync($"report {file}");
    }
}
