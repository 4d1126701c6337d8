using HashBalancer.Comparison.Clients;
using HashBalancer.Comparison.Measuring;
using HashBalancer.Comparison.Peers;
using HashBalancer.Comparison.Workloads;

namespace HashBalancer.Comparison.Rounds;

/// <summary>Measures one proxy once: saturated, then at half of that rate.</summary>
internal sealed class RoundRunner(IClient client, Workload workload)
{
    private const double MicrosecondsPerSecond = 1e6;

    // Compilers of hot code work in stages, each of which makes far more of a difference; between two stages a round may bring none.
    private const double StillCheaper = 0.95;
    private const int SettledRounds = 3;

    // While code is being compiled anew it costs more, not less: rounds that differ by so much are no end either.
    private const double StillChanging = 1.15;

    /// <summary>While the others had the core, a proxy lost its caches, and the system may have taken idle pages from it.</summary>
    private static readonly TimeSpan LeadIn = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Rounds that do not count, until the proxy's CPU time for each request falls no more, or as often as the plan allows. Their
    /// half load matters: under saturation alone .NET puts off the compilation of what has become hot.
    /// </summary>
    /// <returns>Microseconds for each request in each of them; empty where there is no proxy.</returns>
    public async Task<IReadOnlyList<double>> WarmUp(RunningPeer peer, RoundPlan plan, CancellationToken cancellation)
    {
        var costs = new List<double>();
        while (costs.Count < plan.MostWarmUps)
        {
            Round round = await Measure(peer, number: 0, plan.WarmUp, cancellation);
            if (round.CpuMicroseconds is not { } cost)
                break;
            costs.Add(cost);
            if (IsSettled(costs))
                break;
        }

        return costs;
    }

    /// <summary>One round, after a lead-in that does not count.</summary>
    public async Task<Round> MeasureAfterLeadIn(RunningPeer peer, int number, TimeSpan duration, CancellationToken cancellation)
    {
        Saturation leadIn = await client.Saturate(peer.Url, workload, duration < LeadIn ? duration : LeadIn, cancellation);
        Round round = await Measure(peer, number, duration, cancellation);
        return round with { Failed = round.Failed + leadIn.Failed };
    }

    public async Task<Round> Measure(RunningPeer peer, int number, TimeSpan duration, CancellationToken cancellation)
    {
        ProcessUsage before = Usage(peer);
        long? allocatedBefore = peer.Allocations?.Bytes;
        Saturation full = await client.Saturate(peer.Url, workload, duration, cancellation);
        ProcessUsage after = Usage(peer);
        long? allocated = peer.Allocations?.Bytes - allocatedBefore;

        Paced half = await client.Pace(peer.Url, workload, Math.Max(1, full.Rate / 2), duration, cancellation);
        bool measured = peer.Pid is not null && full.Requests > 0;
        return new Round(
            number,
            full.Requests,
            full.Failed + half.Failed,
            full.Rate,
            full.P50Ms,
            full.P99Ms,
            full.P999Ms,
            measured ? (after.User - before.User).TotalSeconds * MicrosecondsPerSecond / full.Requests : null,
            measured ? (after.System - before.System).TotalSeconds * MicrosecondsPerSecond / full.Requests : null,
            measured ? (after.Cpu - before.Cpu).TotalSeconds / full.Seconds : null,
            measured ? Usage(peer).ResidentBytes : null,
            full.Requests > 0 ? (double?)allocated / full.Requests : null,
            half.Load,
            full.Affinity);
    }

    /// <summary>Whether the last rounds brought no saving over the one before them, and cost about the same.</summary>
    public static bool IsSettled(IReadOnlyList<double> costs) =>
        costs.Count >= SettledRounds
            && costs.TakeLast(SettledRounds - 1).Min() > costs[^SettledRounds] * StillCheaper
            && costs.TakeLast(SettledRounds).Max() < costs.TakeLast(SettledRounds).Min() * StillChanging;

    private static ProcessUsage Usage(RunningPeer peer) => peer.Pid is { } pid ? ProcessUsage.Of(pid) : new ProcessUsage(TimeSpan.Zero, TimeSpan.Zero, 0);
}
