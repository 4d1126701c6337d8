using System.CommandLine;
using System.Globalization;
using HashBalancer.Comparison.Balance.Peers;
using HashBalancer.Comparison.Balance.Reports;
using HashBalancer.Comparison.Balance.Runs;
using HashBalancer.Comparison.Measuring;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Balance.Cli;

/// <summary>The command that compares how evenly proxies spread skewed keys.</summary>
internal static class BalanceCommand
{
    public const string Name = "balance";

    private const string ReportName = "balance";
    private const double BusyStretch = 1.1;
    private const double DefaultSettle = 120;

    /// <summary>Twice as long as it takes to settle: over less, chance alone takes the busiest of ten nodes alike to 1.03 and further.</summary>
    private const double DefaultMeasure = 240;

    public static Command Create(TimeProvider time, TextWriter output, TextWriter error)
    {
        var settle = new Option<double>("--settle") { Description = "Seconds for the proxies to settle in, 1 to 3600", DefaultValueFactory = _ => DefaultSettle };
        var measure = new Option<double>("--measure") { Description = "Seconds that count, 1 to 3600", DefaultValueFactory = _ => DefaultMeasure };
        var atOnce = new Option<int>("--at-once") { Description = "How many proxies run beside each other, 1 to 50", DefaultValueFactory = _ => BalancePeers.All.Count };
        var seeds = new Option<int>("--seeds") { Description = "How many runs of each proxy, with other arrivals and keys, 1 to 20; medians are shown", DefaultValueFactory = _ => 1 };
        var scenario = new Option<string[]>("--scenario") { Description = $"What to run: {Section.Listing(BalanceScenario.All.Select(s => s.Name))}; all without it", AllowMultipleArgumentsPerToken = true };
        var only = new Option<string[]>("--only") { Description = $"Proxies to compare: {Section.Listing(BalancePeers.All.Select(p => p.Name))}; all without it", AllowMultipleArgumentsPerToken = true };
        var smoke = new Option<bool>("--smoke") { Description = "One scenario for some seconds: does it work?" };
        var setting = new Option<string[]>("--gateway-setting") { Description = "A further setting of HashBalancer's gateways, KEY=VALUE", AllowMultipleArgumentsPerToken = true };
        var report = new Option<DirectoryInfo?>("--report") { Description = "Write balance.json and balance.md to this directory, anew after each scenario" };
        var gateway = new Option<FileInfo?>("--gateway") { Description = "HashBalancer's dll; otherwise the one built in this repository" };
        var command = new Command(Name, "How evenly proxies spread skewed keys over nodes, and what that costs their caches")
        {
            settle, measure, seeds, atOnce, scenario, only, smoke, setting, report, gateway,
        };
        command.SetAction((parsed, cancellation) => ExitCodes.Guard(error, async () =>
        {
            DirectoryInfo scratch = Directory.CreateTempSubdirectory("hashbalancer-balance-");
            try
            {
                BalanceOptions options = BalanceOptions.Read(
                    parsed.GetValue(settle), parsed.GetValue(measure), parsed.GetValue(seeds), parsed.GetValue(atOnce), parsed.GetValue(scenario) ?? [], parsed.GetValue(only) ?? [], parsed.GetValue(smoke));
                var run = new BalanceRun(
                    options.Plan, Cores.Choose().Proxy, scratch, () => GatewayAssembly.Find(parsed.GetValue(gateway)), parsed.GetValue(setting) ?? [], time, output);
                return await Run(options, run, parsed.GetValue(report), time, output, cancellation);
            }
            finally
            {
                scratch.Delete(recursive: true);
            }
        }));
        return command;
    }

    private static async Task<int> Run(BalanceOptions options, BalanceRun run, DirectoryInfo? folder, TimeProvider time, TextWriter output, CancellationToken cancellation)
    {
        string[] missing = [.. options.Peers.Select(peer => peer.Missing).OfType<string>().Distinct()];
        foreach (string reason in missing)
            await output.WriteLineAsync($"missing: {reason}");
        IBalancePeer[] present = [.. options.Peers.Where(peer => peer.Missing is null)];
        var tables = new List<BalanceTable>();
        DateTimeOffset started = time.GetUtcNow();
        foreach (BalanceScenario scenario in options.Scenarios)
        {
            tables.Add(new BalanceTable(scenario.Name, scenario.Exponent, scenario.Speeds, await run.Run(scenario, present, cancellation)));
            var report = new BalanceReport(started, Machine.Read(), options.Plan.Settle.TotalSeconds, options.Plan.Measure.TotalSeconds, options.Plan.Seeds, options.Plan.AtOnce, missing, tables);
            var shown = new MarkdownTable(BalanceMarkdown.Columns);
            foreach (BalanceResult result in tables[^1].Results)
                shown.Add(BalanceMarkdown.Row(result));
            await output.WriteLineAsync(shown.ToString());
            foreach (BalanceGoal goal in tables[^1].Goals)
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{(goal.Holds ? "holds" : "MISSED")} {scenario.Name}: {goal.Name} {goal.Is:0.000}, at most {goal.AtMost:0.###}"));
            if (tables[^1].Results.Max(result => result.Stretch) is > BusyStretch and double stretch)
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"TOO BUSY {scenario.Name}: the nodes' work took {stretch:0.00} times as long as it was to; these figures do not count"));
            if (folder is null)
                continue;
            foreach (string file in await ReportFormats.Save(report, [new JsonFormat<BalanceReport>(), new BalanceMarkdown()], folder, ReportName))
                await output.WriteLineAsync($"report {file}");
        }

        return tables.All(table => table.Results.All(result => result.Requests > result.Failed)) ? ExitCodes.Passed : ExitCodes.Broken;
    }
}
