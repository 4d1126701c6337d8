using System.CommandLine;
using System.Net.Sockets;
using HashBalancer.LoadTests.Fleets;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Progress;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Running;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Cli;

/// <summary><c>run</c>: runs scenarios, writes reports, and answers whether every threshold held.</summary>
internal static class RunCommand
{
    public static Command Create(TimeProvider time, TextWriter output, TextWriter error)
    {
        var scenarios = new Argument<string[]>("scenario")
        {
            Description = $"Names as list shows them, paths of .json files, or {RunOptions.Everything} for all that come along but the long ones",
            Arity = ArgumentArity.OneOrMore,
        };
        var url = new Option<string[]>("--url")
        {
            Description = "Test what runs at this address, or at several of one system, in turn; without it registry, gateways and nodes are started for each scenario",
            AllowMultipleArgumentsPerToken = true,
        };
        var duration = new Option<string?>("--duration") { Description = "Measure for so long instead of the scenario's duration, as in 2s" };
        var together = new Option<bool>("--together") { Description = "Run all at the same time, against what the first one needs" };
        var report = new Option<DirectoryInfo?>("--report") { Description = "Write reports to this directory, report.json, .md, .html, .csv and .xml (JUnit)" };
        var name = new Option<string>("--name") { Description = "How the reports' files are called there", DefaultValueFactory = _ => "report" };
        var gateway = new Option<FileInfo?>("--gateway") { Description = "The gateway's dll; otherwise the one built in this repository" };
        var command = new Command("run", "Run scenarios and judge them by their thresholds: exit code 1 when one is broken")
        {
            scenarios, url, duration, together, report, name, gateway,
        };
        command.SetAction((parsed, cancellation) => ExitCodes.Guard(error, async () =>
        {
            if (parsed.GetValue(name)!.AsSpan().ContainsAny(Path.GetInvalidFileNameChars()) || parsed.GetValue(name)!.Length == 0)
                throw new UsageException($"--name: \"{parsed.GetValue(name)}\" is not allowed; it must be a file's name without an ending");
            RunOptions options = RunOptions.Read(parsed.GetValue(scenarios)!, parsed.GetValue(url) ?? [], parsed.GetValue(duration));
            var session = new RunSession(options.Urls, parsed.GetValue(gateway), time, output);
            IReadOnlyList<Scenario[]> turns = parsed.GetValue(together) ? [[.. options.Scenarios]] : [.. options.Scenarios.Select(s => (Scenario[])[s])];
            var results = new List<ScenarioResult>();
            foreach (Scenario[] turn in turns)
                results.AddRange(await session.Run(turn, cancellation));

            ConsoleSummary.Write(output, results);
            if (parsed.GetValue(report) is { } folder)
                await SaveReport(output, results, folder, parsed.GetValue(name)!);
            return results.TrueForAll(r => r.Passed) ? ExitCodes.Passed : ExitCodes.Broken;
        }));
        return command;
    }

    private static async Task SaveReport(TextWriter output, IReadOnlyList<ScenarioResult> results, DirectoryInfo folder, string name)
    {
        string version = typeof(RunCommand).Assembly.GetName().Version!.ToString(3);
        var report = new LoadReport(LoadReport.CurrentFormat, version, Machine.Read(), LatencyHistogram.RelativeError, results);
        foreach (string file in await ReportFormats.Save(report, ReportFormats.All, folder, name))
            await output.WriteLineAsync($"report {file}");
    }

    /// <summary>One call of the command.</summary>
    private sealed class RunSession(IReadOnlyList<Uri> urls, FileInfo? gateway, TimeProvider time, TextWriter output)
    {
        private readonly LiveRuns _live = new();

        /// <summary>Runs scenarios at the same time, against one target.</summary>
        public async Task<ScenarioResult[]> Run(Scenario[] scenarios, CancellationToken cancellation)
        {
            await using ITarget target = urls.Count > 0
                ? new AddressTarget(urls)
                : await Fleet.Start(TargetChoice.PlanOf(scenarios[0], scenarios), GatewayAssembly.Find(gateway), time, cancellation);
            foreach (Scenario scenario in scenarios)
            {
                await output.WriteLineAsync(
                    $"{scenario.Name}: {scenario.Load.Description}, {Durations.Text(scenario.WarmUp)} warm-up and {Durations.Text(scenario.Duration)}, {target.Description}");
                if (target.Fleet is null && scenario.Events.Count > 0)
                    await output.WriteLineAsync($"{scenario.Name}: its {scenario.Events.Count} events and their thresholds are left out: they need what a run without --url starts");
            }

            var view = new ProgressView(_live, Consoles.Create(output), time);
            return await view.During(() => Task.WhenAll(scenarios.Select(s => RunOne(s, target, cancellation))));
        }

        private async Task<ScenarioResult> RunOne(Scenario scenario, ITarget target, CancellationToken cancellation)
        {
            try
            {
                return await new ScenarioRunner(time, _live.Add).Run(scenario, target, cancellation);
            }
            catch (Exception e) when (e is SocketException or TimeoutException)
            {
                throw new TargetException($"{scenario.Name}: cannot connect to {string.Join(", ", target.Entrances.Select(t => t.Url))}: {e.Message}", e);
            }
        }
    }
}
