using System.CommandLine;
using System.Globalization;
using HashBalancer.Comparison.Hosts;
using HashBalancer.Comparison.Measuring;
using HashBalancer.Comparison.Peers;
using HashBalancer.Comparison.Validity;
using HashBalancer.Comparison.Validity.Hosts;
using HashBalancer.Comparison.Validity.Reports;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Cli;

/// <summary><c>runner</c>: whether the scenario runner's figures can be believed.</summary>
internal static class RunnerCommand
{
    public static Command Create(TimeProvider time, TextWriter output, TextWriter error)
    {
        var smoke = new Option<bool>("--smoke") { Description = "Some seconds for each part: does it work? Its figures decide nothing" };
        var report = new Option<DirectoryInfo?>("--report") { Description = "Write runner.json and runner.md to this directory" };
        var command = new Command("runner", "The scenario runner before servers about which the truth is known, and beside wrk and h2load: exit code 1 when it misses a goal") { smoke, report };
        command.SetAction((parsed, cancellation) => ExitCodes.Guard(error, async () =>
        {
            DirectoryInfo scratch = Directory.CreateTempSubdirectory("hashbalancer-runner-");
            try
            {
                Cores cores = Cores.Choose();
                CpuAffinity.PinProcess(cores.Client);
                bool isSmoke = parsed.GetValue(smoke);
                ValidityReport result = await Run(
                    new ValidityRun(isSmoke ? ValidityPlan.Smoke : ValidityPlan.Full, scratch, time), cores, time, cancellation);
                await output.WriteLineAsync(new ValidityMarkdown().Write(result));
                if (parsed.GetValue(report) is { } folder)
                {
                    foreach (string file in await ReportFormats.Save(result, [new JsonFormat<ValidityReport>(), new ValidityMarkdown()], folder, "runner"))
                        await output.WriteLineAsync($"report {file}");
                }

                return isSmoke || result.Goals.All(g => g.Holds) ? ExitCodes.Passed : ExitCodes.Broken;
            }
            finally
            {
                scratch.Delete(recursive: true);
            }
        }));
        return command;
    }

    private static async Task<ValidityReport> Run(ValidityRun run, Cores cores, TimeProvider time, CancellationToken cancellation)
    {
        DateTimeOffset started = time.GetUtcNow();
        (ChildProcess reference, string[] referenceAt) = await OwnProcess.Start("the reference server", cores.Proxy, [ReferenceHost.RoleName], cancellation);
        await using (reference)
        {
            var url = new Uri($"http://{referenceAt[0]}");
            (long requests, IReadOnlyList<LawQuantile> law) = await run.Law(url, cancellation);
            IReadOnlyList<PauseView> pauses = await run.Pauses(url, cancellation);
            (ChildProcess backend, string[] backendAt) = await OwnProcess.Start(
                "the backend", cores.Proxy, [BackendHost.RoleName, 1.ToString(CultureInfo.InvariantCulture)], cancellation);
            await using (backend)
            {
                (IReadOnlyList<ClientSpeed> speeds, IReadOnlyList<OfferedRate> rates) = await run.Speeds(new Uri($"http://{backendAt[0]}"), cancellation);
                return new ValidityReport(started, Machine.Read(cores.All), requests, law, pauses, speeds, rates, run.Missing());
            }
        }
    }
}
