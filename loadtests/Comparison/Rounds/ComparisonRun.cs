using System.Globalization;
using HashBalancer.Comparison.Clients;
using HashBalancer.Comparison.Hosts;
using HashBalancer.Comparison.Measuring;
using HashBalancer.Comparison.Peers;
using HashBalancer.Comparison.Reports;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Rounds;

/// <summary>Starts backends and proxies, warms each proxy up, measures them in interleaved rounds, and ends all of them.</summary>
internal sealed class ComparisonRun(
    IReadOnlyList<IPeer> peers, Workload workload, IClient client, RoundPlan plan, Cores cores, DirectoryInfo scratch, Func<string> gateway,
    IReadOnlyList<string> settings, TimeProvider time, TextWriter log)
{
    private const int Nodes = 3;

    /// <summary>Interleaved rounds of all proxies.</summary>
    /// <exception cref="TargetException">A proxy that is there did not come up.</exception>
    public Task<ComparisonReport> Run(CancellationToken cancellation) => WithProxies(async (running, missing) =>
    {
        DateTimeOffset startedAt = time.GetUtcNow();
        ILookup<RunningPeer, Round> rounds = await MeasureAll(running, cancellation);
        Round[] yardsticks = [.. running.Where(p => p.Peer.IsYardstick).SelectMany(p => rounds[p])];
        return new ComparisonReport(
            ComparisonReport.CurrentFormat, Version, startedAt, Machine.Read(cores.All), workload.Name, workload.Description, client.Name, plan, missing,
            [.. running.Select(p => new PeerResult(
                p.Peer.Name, p.Version, p.Peer.IsYardstick, [.. rounds[p]], Medians.Of([.. rounds[p]], yardsticks)))]);
    }, cancellation);

    /// <summary>One long saturated run of each proxy, one after another, in which its memory is looked at again and again.</summary>
    /// <exception cref="TargetException">A proxy that is there did not come up.</exception>
    public Task<SoakReport> Soak(TimeSpan duration, CancellationToken cancellation) => WithProxies(async (running, missing) =>
    {
        DateTimeOffset startedAt = time.GetUtcNow();
        var results = new List<SoakResult>();
        var soak = new SoakRunner(client, workload, time);
        foreach (RunningPeer peer in running.Where(p => p.Pid is not null))
        {
            results.Add(await soak.Run(peer, duration, cancellation));
            await log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"soak of {peer.Peer.Name}: {results[^1]}"));
        }

        return new SoakReport(Version, startedAt, Machine.Read(cores.All), workload.Name, client.Name, missing, results);
    }, cancellation);

    private static string Version => typeof(ComparisonRun).Assembly.GetName().Version!.ToString(3);

    private async Task<T> WithProxies<T>(Func<IReadOnlyList<RunningPeer>, string[], Task<T>> measure, CancellationToken cancellation)
    {
        string[] missing = [.. peers.Select(p => (p.Name, Reason: p.Missing(workload.Front))).Where(p => p.Reason is not null).Select(p => $"{p.Name}: {p.Reason}")];
        foreach (string line in missing)
            await log.WriteLineAsync($"missing {line}");

        (ChildProcess backend, string[] nodes) = await OwnProcess.Start(
            "the backends", cores.Client, [BackendHost.RoleName, Nodes.ToString(CultureInfo.InvariantCulture)], cancellation);
        await using ChildProcess backendEnds = backend;
        var context = new PeerContext(nodes, Workload.HashHeader, workload.Front, cores.Proxy, scratch, gateway, settings, time);
        var running = new List<RunningPeer>();
        try
        {
            foreach (IPeer peer in peers.Where(p => p.Missing(workload.Front) is null))
                running.Add(await peer.Start(context, cancellation));
            return await measure(running, missing);
        }
        finally
        {
            foreach (RunningPeer peer in running)
                await peer.DisposeAsync();
        }
    }

    private async Task<ILookup<RunningPeer, Round>> MeasureAll(IReadOnlyList<RunningPeer> running, CancellationToken cancellation)
    {
        var runner = new RoundRunner(client, workload);
        foreach (RunningPeer peer in running)
        {
            IReadOnlyList<double> costs = await runner.WarmUp(peer, plan, cancellation);
            string text = string.Join(", ", costs.Select(c => c.ToString("0.0", CultureInfo.InvariantCulture)));
            await log.WriteLineAsync($"warm-up of {peer.Peer.Name}{(text.Length > 0 ? $": CPU {text} µs/request" : "")}");
        }

        var rounds = new List<(RunningPeer Peer, Round Round)>();
        for (int number = 1; number <= plan.Rounds; number++)
        {
            // Each round begins with another proxy, so that none always follows the same one.
            for (int i = 0; i < running.Count; i++)
            {
                RunningPeer peer = running[(i + number - 1) % running.Count];
                Round round = await runner.MeasureAfterLeadIn(peer, number, plan.Measure, cancellation);
                rounds.Add((peer, round));
                await log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"round {number}, {peer.Peer.Name}: {round.Rate:N0}/s, {Cpu(round)}p99 {round.P99Ms:0.00} ms, failed {round.Failed}"));
            }
        }

        return rounds.ToLookup(r => r.Peer, r => r.Round);
    }

    private static string Cpu(Round round) =>
        round.CpuMicroseconds is { } cost ? string.Create(CultureInfo.InvariantCulture, $"CPU {cost:0.0} µs/request, ") : "";
}
