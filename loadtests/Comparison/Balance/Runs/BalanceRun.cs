using System.Globalization;
using HashBalancer.Comparison.Balance.Load;
using HashBalancer.Comparison.Balance.Nodes;
using HashBalancer.Comparison.Balance.Peers;
using HashBalancer.Comparison.Peers;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Balance.Runs;

/// <summary>Runs a scenario with proxies beside each other, each before nodes of its own and with the same requests.</summary>
internal sealed class BalanceRun(BalancePlan plan, int core, DirectoryInfo scratch, Func<string> gateway, IReadOnlyList<string> settings, TimeProvider time, TextWriter output)
{
    private const int Seed = 20261121;
    private static readonly TimeSpan SampleInterval = TimeSpan.FromSeconds(1);

    public async Task<IReadOnlyList<BalanceResult>> Run(BalanceScenario scenario, IReadOnlyList<IBalancePeer> peers, CancellationToken cancellation)
    {
        double rate = scenario.Rate() * plan.RateShare;
        var results = new List<BalanceResult>();
        // All proxies of a seed one after another: as many as fit run beside each other, with the same requests.
        IEnumerable<(IBalancePeer Peer, int Seed)> runs = Enumerable.Range(Seed, plan.Seeds).SelectMany(seed => peers.Select(peer => (peer, seed)));
        foreach ((IBalancePeer Peer, int Seed)[] group in runs.Chunk(plan.AtOnce))
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}: {string.Join(", ", group.Select(run => run.Peer.Name))} at {rate:0} requests/s each"));
            results.AddRange(await RunGroup(scenario, rate, group, cancellation));
        }

        return [.. peers.Select(peer => BalanceResult.MedianOf([.. results.Where(result => result.Name == peer.Name)]))];
    }

    private async Task<BalanceResult[]> RunGroup(BalanceScenario scenario, double rate, (IBalancePeer Peer, int Seed)[] group, CancellationToken cancellation)
    {
        var clock = new RunClock(time);
        var lanes = new List<Lane>();
        try
        {
            foreach ((int index, (IBalancePeer peer, int seed)) in group.Index())
                lanes.Add(await Start(peer, index + 1, scenario, rate, seed, clock, cancellation));

            long start = clock.Now;
            Task[] loads = [.. lanes.Select(lane => lane.Load.Run(start, cancellation))];
            Task all = Task.WhenAll(loads);
            double settle = plan.Settle.TotalSeconds, total = (plan.Settle + plan.Measure).TotalSeconds;
            for (double now = 0; now < total; now = (clock.Now - start) / 1e9)
            {
                int half = now < settle ? -1 : now < settle + (plan.Measure.TotalSeconds / 2) ? 0 : 1;
                foreach (Lane lane in lanes)
                {
                    lane.Fleet.Counts.CountInto(half);
                    lane.Samples.Add(lane.Fleet.Sample(now));
                }

                // A load that breaks ends the run here.
                if (all.IsFaulted)
                    break;
                await Task.Delay(SampleInterval, time, cancellation);
            }

            foreach (Lane lane in lanes)
            {
                lane.Samples.Add(lane.Fleet.Sample((clock.Now - start) / 1e9));
                lane.Fleet.Counts.CountInto(-1);
            }

            await all;
            return [.. lanes.Select(lane => BalanceResult.Of(lane.Name, lane.Peer.Version, lane.Samples, lane.Fleet.Counts, lane.Load, settle))];
        }
        finally
        {
            foreach (Lane lane in lanes)
                await lane.DisposeAsync();
        }
    }

    private async Task<Lane> Start(IBalancePeer peer, int number, BalanceScenario scenario, double rate, int seed, RunClock clock, CancellationToken cancellation)
    {
        var fleet = new Fleet(number, scenario, clock);
        try
        {
            DirectoryInfo folder = scratch.CreateSubdirectory(string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}-{number}-{Guid.NewGuid():N}"));
            var context = new PeerContext(fleet.Addresses, Workload.HashHeader, Front.Plain, core, folder, gateway, settings, time);
            RunningPeer running = await peer.Start(context, fleet, cancellation);
            var load = new LoadPlan(
                rate, scenario.Keys, scenario.Exponent, (long)(plan.Settle + plan.Measure).TotalNanoseconds, (long)plan.Settle.TotalNanoseconds, seed);
            return new Lane(peer.Name, fleet, running, new BalanceLoad(running.Url, load, Workload.HashHeader, clock));
        }
        catch (Exception e) when (e is TargetException or OperationCanceledException)
        {
            fleet.Dispose();
            throw;
        }
    }

    /// <summary>A proxy with its nodes and its client.</summary>
    private sealed record Lane(string Name, Fleet Fleet, RunningPeer Peer, BalanceLoad Load) : IAsyncDisposable
    {
        public List<FleetSample> Samples { get; } = [];

        public async ValueTask DisposeAsync()
        {
            Load.Dispose();
            await Peer.DisposeAsync();
            Fleet.Dispose();
        }
    }
}
