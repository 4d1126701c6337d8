using System.CommandLine;
using System.Net.Sockets;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Cli;

/// <summary><c>run</c>: runs scenarios one after another, writes reports, and answers whether every threshold held.</summary>
internal static class RunCommand
{
    public static Command Create(TimeProvider time, TextWriter output, TextWriter error)
    {
        var scenarios = new Argument<string[]>("scenario")
        {
            Description = "Names as list shows them, or paths of .json files",
            Arity = ArgumentArity.OneOrMore,
        };
        var url = new Option<string?>("--url") { Description = "Test what runs at this address; without it the gateway's demo is started for each scenario" };
        var duration = new Option<string?>("--duration") { Description = "Measure for so long instead of the scenario's duration, as in 2s" };
        var report = new Option<DirectoryInfo?>("--report") { Description = "Write reports to this directory, report.json, .md, .html, .csv and .xml (JUnit)" };
        var gateway = new Option<FileInfo?>("--gateway") { Description = "The gateway's dll; otherwise the one built in this repository" };
        var command = new Command("run", "Run scenarios and judge them by their thresholds: exit code 1 when one is broken")
        {
            scenarios, url, duration, report, gateway,
        };
        command.SetAction((parsed, cancellation) => ExitCodes.Guard(error, async () =>
        {
            RunOptions options = RunOptions.Read(parsed.GetValue(scenarios)!, parsed.GetValue(url), parsed.GetValue(duration));
            var results = new List<ScenarioResult>();
            foreach (Scenario scenario in options.Scenarios)
            {
                await using ITarget target = options.Url is { } address
                    ? new AddressTarget(address)
                    : await DemoTarget.Start(GatewayAssembly.Find(parsed.GetValue(gateway)), scenario.Nodes, time, cancellation);
                await output.WriteLineAsync(
                    $"{scenario.Name}: {scenario.Load.Description}, {Durations.Text(scenario.WarmUp)} warm-up and {Durations.Text(scenario.Duration)}, {target.Description}");
                results.Add(await RunOne(time, scenario, target, cancellation));
            }

            ConsoleSummary.Write(output, results);
            if (parsed.GetValue(report) is { } folder)
                await SaveReport(output, results, folder);
            return results.TrueForAll(r => r.Passed) ? ExitCodes.Passed : ExitCodes.Broken;
        }));
        return command;
    }

    private static async Task<ScenarioResult> RunOne(TimeProvider time, Scenario scenario, ITarget target, CancellationToken cancellation)
    {
        try
        {
            return await new ScenarioRunner(time).Run(scenario, target.Url, target.Description, cancellation);
        }
        catch (Exception e) when (e is SocketException or TimeoutException)
        {
            throw new TargetException($"{scenario.Name}: cannot connect to {target.Url}: {e.Message}", e);
        }
    }

    private static async Task SaveReport(TextWriter output, IReadOnlyList<ScenarioResult> results, DirectoryInfo folder)
    {
        string version = typeof(RunCommand).Assembly.GetName().Version!.ToString(3);
        var report = new LoadReport(LoadReport.CurrentFormat, version, Machine.Read(), LatencyHistogram.RelativeError, results);
        foreach (string file in await ReportFormats.Save(report, ReportFormats.All, folder, "report"))
            await output.WriteLineAsync($"report {file}");
    }
}
