using System.CommandLine;
using System.Globalization;
using HashBalancer.Fuzzing.Checks;
using HashBalancer.Fuzzing.Parties;
using HashBalancer.Fuzzing.Reports;
using HashBalancer.Fuzzing.Runs;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Targets;
using HashBalancer.Proxy;

namespace HashBalancer.Fuzzing.Cli;

/// <summary>The command line of the fuzzer.</summary>
internal static class FuzzingCommand
{
    private const string ReportName = "fuzzing";
    private const long ProgressStep = 10_000;

    // Long enough for a busy machine: only exchanges that never end may run into it.
    private static readonly TimeSpan NodeTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(1.5);

    public static RootCommand Create(TimeProvider time, TextWriter output, TextWriter error)
    {
        var responses = new Option<long>("--responses") { Description = "How many damaged responses of a node", DefaultValueFactory = _ => 1_000_000 };
        var requests = new Option<long>("--requests") { Description = "How many damaged requests of clients", DefaultValueFactory = _ => 200_000 };
        var http2 = new Option<long>("--http2") { Description = "How many damaged responses of a node to clients by HTTP/2", DefaultValueFactory = _ => 200_000 };
        var first = new Option<long>("--first") { Description = "Number of the first exchange, to repeat a part of a run" };
        var seed = new Option<int>("--seed") { Description = "Repeats every byte that is sent", DefaultValueFactory = _ => 1 };
        var workers = new Option<int>("--workers") { Description = "Clients at once", DefaultValueFactory = _ => 384 };
        var minutes = new Option<double>("--minutes") { Description = "How long each of the three parts may take", DefaultValueFactory = _ => 60 };
        var forwarding = new Option<ForwardingMode>("--forwarding") { Description = "Which path takes requests to the node", DefaultValueFactory = _ => ForwardingMode.Auto };
        var io = new Option<IoThreads>("--io") { Description = "Which threads work on requests, as Proxy:Io has it", DefaultValueFactory = _ => IoThreads.IoUring };
        var report = new Option<DirectoryInfo?>("--report") { Description = "Write fuzzing.json and fuzzing.md to this directory" };
        var command = new RootCommand("Sends damaged requests and responses through the gateway's whole request path")
        {
            responses, requests, http2, first, seed, workers, minutes, forwarding, io, report,
        };
        command.SetAction((parsed, cancellation) => ExitCodes.Guard(error, async () =>
        {
            IoThreads threads = parsed.GetValue(io);
            if (threads != IoThreads.Pool)
                SocketTuning.ApplyInline();
            DateTimeOffset startedAt = time.GetUtcNow();
            var options = new GatewayOptions(parsed.GetValue(forwarding), threads, NodeTimeout, ClientTimeout);
            var results = new List<FuzzResult>();
            await Add(parsed.GetValue(responses), (s, f, o) => new ResponseFuzz(s, f, o));
            await Add(parsed.GetValue(requests), (s, f, o) => new RequestFuzz(s, f, o));
            await Add(parsed.GetValue(http2), (s, f, o) => new Http2ResponseFuzz(s, f, o));
            if (parsed.GetValue(report) is { } folder)
            {
                string line = $"dotnet run -c Release --project loadtests/Fuzzing -- {string.Join(' ', parsed.Tokens.Select(t => t.Value))}";
                var all = new FuzzingReport(typeof(FuzzingCommand).Assembly.GetName().Version!.ToString(3), startedAt, Machine.Read(), line, results);
                foreach (string file in await ReportFormats.Save(all, [new JsonFormat<FuzzingReport>(), new FuzzingMarkdown()], folder, ReportName))
                    await output.WriteLineAsync($"report {file}");
            }

            return results.Sum(r => r.FindingCount) == 0 ? ExitCodes.Passed : ExitCodes.Broken;

            async Task Add(long count, Func<FuzzSettings, Findings, OutcomeCounts, IFuzz> kind)
            {
                if (count <= 0)
                    return;
                var settings = new FuzzSettings(
                    parsed.GetValue(seed), parsed.GetValue(first), count, parsed.GetValue(workers), TimeSpan.FromMinutes(parsed.GetValue(minutes)));
                results.Add(await new FuzzRun(settings, options, time, done => Tell(output, done, count)).Run(kind, cancellation));
                await Show(output, results[^1]);
            }
        }));
        return command;
    }

    private static void Tell(TextWriter output, long done, long all)
    {
        if (done % ProgressStep == 0)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done:N0} of {all:N0}"));
    }

    private static async Task Show(TextWriter output, FuzzResult result)
    {
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"damaged {result.Name}: {result.Exchanges:N0} exchanges in {result.Seconds:N0} s, {result.FindingCount:N0} findings"));
        foreach ((string outcome, long count) in result.Outcomes)
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {outcome}: {count:N0}"));
        foreach (Finding finding in result.Findings)
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"FOUND exchange {finding.Exchange}: {finding.What} {finding.Bytes}"));
    }
}
