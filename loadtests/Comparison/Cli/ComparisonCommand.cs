using System.CommandLine;
using HashBalancer.Comparison.Balance.Cli;
using HashBalancer.Comparison.Clients;
using HashBalancer.Comparison.Measuring;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Cli;

/// <summary>The command line of the comparison.</summary>
internal static class ComparisonCommand
{
    private const int DefaultRounds = 5;
    private const double DefaultSeconds = 6;
    private const double DefaultWarmUpSeconds = 4;

    public static RootCommand Create(TimeProvider time, TextWriter output, TextWriter error)
    {
        var rounds = new Option<int>("--rounds") { Description = "How often each proxy is measured", DefaultValueFactory = _ => DefaultRounds };
        var seconds = new Option<double>("--seconds") { Description = "How long each of a round's two parts lasts", DefaultValueFactory = _ => DefaultSeconds };
        var warmUp = new Option<double>("--warm-up") { Description = "How long each part of a warm-up round lasts; there is another one as long as a proxy still becomes cheaper", DefaultValueFactory = _ => DefaultWarmUpSeconds };
        var workload = new Option<string[]>("--workload") { Description = $"What is asked, in turn: {Section.Listing(WorkloadList.All.Keys)}, or {WorkloadList.Everything}, in which all but the first are measured more briefly", DefaultValueFactory = _ => [WorkloadList.Default], AllowMultipleArgumentsPerToken = true };
        var soak = new Option<string?>("--soak") { Description = "Instead of rounds, saturate each proxy for so long and watch its memory, as in 10m" };
        var setting = new Option<string[]>("--gateway-setting") { Description = "A further setting of HashBalancer's gateway, KEY=VALUE", AllowMultipleArgumentsPerToken = true };
        var client = new Option<string>("--client") { Description = "What saturates the proxies: own or wrk", DefaultValueFactory = _ => OwnClient.ClientName };
        var only = new Option<string[]>("--only") { Description = "Proxies to compare, by name; all without it", AllowMultipleArgumentsPerToken = true };
        var smoke = new Option<bool>("--smoke") { Description = "One short round: does it work? Less than a minute" };
        var report = new Option<DirectoryInfo?>("--report") { Description = "Write comparison.json and comparison.md (comparison-soak with --soak) to this directory; workloads that a report there has and that are not measured now stay in it" };
        var gateway = new Option<FileInfo?>("--gateway") { Description = "HashBalancer's dll; otherwise the one built in this repository" };
        var command = new RootCommand("nginx, HAProxy, stock YARP and HashBalancer before the same backends, one core each")
        {
            rounds, seconds, warmUp, workload, client, only, smoke, soak, report, gateway, setting,
        };
        command.Subcommands.Add(BalanceCommand.Create(time, output, error));
        command.Subcommands.Add(RunnerCommand.Create(time, output, error));
        command.SetAction((parsed, cancellation) => ExitCodes.Guard(error, async () =>
        {
            DirectoryInfo scratch = Directory.CreateTempSubdirectory("hashbalancer-comparison-");
            try
            {
                var own = new OwnClient(time);
                var http2 = new H2LoadClient(scratch);
                var options = ComparisonOptions.Read(
                    parsed.GetValue(rounds), parsed.GetValue(seconds), parsed.GetValue(warmUp), parsed.GetValue(workload)!,
                    parsed.GetValue(client)!, parsed.GetValue(only) ?? [], parsed.GetValue(smoke), parsed.GetValue(soak), [own, new WrkClient(scratch, own)]);
                Cores cores = Cores.Choose();
                CpuAffinity.PinProcess(cores.Client);
                var session = new ComparisonSession(
                    options, http2, cores, scratch, () => GatewayAssembly.Find(parsed.GetValue(gateway)), parsed.GetValue(setting) ?? [], time, output);
                return await session.Run(parsed.GetValue(report), cancellation);
            }
            finally
            {
                scratch.Delete(recursive: true);
            }
        }));
        return command;
    }
}
