using HashBalancer.Comparison.Clients;
using HashBalancer.Comparison.Measuring;
using HashBalancer.Comparison.Peers;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.Comparison.Rounds;

/// <summary>Measures one proxy once: saturated, then at half of that rate.</summary>
internal sealed class RoundRunner(IClient client, Workload workload, TimeProvider time)
{
    private const double MicrosecondsPerSecond = 1e6;

    // Compilers of hot code work in stages, each of which makes far more of a difference.
    private const double StillCheaper = 0.95;

    /// <summary>Saturates the proxy until its CPU time for each request falls no more, or as often as the plan allows.</summary>
    /// <returns>Microseconds for each request in each warm-up; empty where there is no proxy.</returns>
    public async Task<IReadOnlyList<double>> WarmUp(RunningPeer peer, RoundPlan plan, CancellationToken cancellation)
    {
        var costs = new List<double>();
        while (costs.Count < plan.MostWarmUps)
        {
            ProcessUsage before = Usage(peer);
            Saturation saturation = await client.Saturate(peer.Url, workload, plan.WarmUp, cancellation);
            if (peer.Pid is null)
                break;
            costs.Add((Usage(peer).Cpu - before.Cpu).TotalSeconds * MicrosecondsPerSecond / Math.Max(1, saturation.Requests));
            if (costs.Count > 1 && costs[^1] > costs[^2] * StillCheaper)
                break;
        }

        return costs;
    }

    public async Task<Round> Measure(RunningPeer peer, int number, TimeSpan duration, CancellationToken cancellation)
    {
        ProcessUsage before = Usage(peer);
        Saturation full = await client.Saturate(peer.Url, workload, duration, cancellation);
        ProcessUsage after = Usage(peer);

        ScenarioResult half = await new ScenarioRunner(time).Run(
            workload.AtRate(Math.Max(1, full.Rate / 2), duration), peer.Url, peer.Peer.Name, cancellation);
        LatencySummary latency = half.Iterations.Latency;
        bool measured = peer.Pid is not null && full.Requests > 0;
        return new Round(
            number,
            full.Requests,
            full.Failed + half.Iterations.Failed,
            full.Rate,
            full.P50Ms,
            full.P99Ms,
            measured ? (after.User - before.User).TotalSeconds * MicrosecondsPerSecond / full.Requests : null,
            measured ? (after.System - before.System).TotalSeconds * MicrosecondsPerSecond / full.Requests : null,
            measured ? (after.Cpu - before.Cpu).TotalSeconds / full.Seconds : null,
            measured ? Usage(peer).ResidentBytes : null,
            new HalfLoad(half.Rate.Wanted ?? 0, half.Rate.Error ?? 0, latency.P50Ms, latency.P99Ms, latency.P999Ms),
            full.Affinity);
    }

    private static ProcessUsage Usage(RunningPeer peer) => peer.Pid is { } pid ? ProcessUsage.Of(pid) : new ProcessUsage(TimeSpan.Zero, TimeSpan.Zero, 0);
}
