using HashBalancer.LoadTests.Reports;
using HashBalancer.Proxy;
using HashBalancer.Simulation.Fleet;
using HashBalancer.Simulation.Load;
using HashBalancer.Simulation.Runs;

namespace HashBalancer.Simulation.Studies;

/// <summary>How many requests reach their owner when nodes are busy, and what does waiting for it cost?</summary>
internal sealed class WaitStudy : IStudy
{
    private const double Load = 0.8;
    private const double Exponent = 1.0;

    public string Name => "wait";

    public void Run(Findings findings, double effort)
    {
        var table = new MarkdownTable("nodes, rule", "at home", "on the owner itself", "hits", "waited p99 ms", "waited p99.9 ms", "p50 ms", "p99 ms", "p99.9 ms", "max/mean");
        foreach (int size in new[] { 10, 50 })
        {
            var fleet = new FleetPlan { Nodes = size };
            double rate = Load * Capacity.RequestsPerSecond(fleet, Exponent);
            PoolPolicy own = Strategy.Default.Policy;
            Measured chosen = Measure(own);
            findings.Least("wait.at-home", 1 - chosen.Met.OffOwner);
            findings.Greatest("wait.p99-ms", chosen.Met.Waits.Quantile(0.99) / 1e6);
            Add("default: 5 ms or 40 skips", chosen);
            Add("no wait", Measure(own with { AffinityWait = null }));
            Add("20 ms or 40 skips", Measure(own with { AffinityWait = new AffinityWait(TimeSpan.FromMilliseconds(20), 40) }));
            Add("5 ms, hot keys not shared", Measure(own with { ShareHotKeys = false }));

            Measured Measure(PoolPolicy policy)
            {
                var pool = new SimulatedPool(new RunPlan { Fleet = fleet, Policy = policy, Exponent = Exponent, Rate = rate });
                pool.Run(TimeSpan.FromSeconds(40_000 * size * Math.Min(1, effort) / rate));
                return Measured.By(pool, TimeSpan.FromSeconds((200_000 + (20_000 * size)) * effort / rate));
            }

            void Add(string name, Measured run) => table.Add(
                $"{size}, {name}", $"{1 - run.Met.OffOwner:0.0000}", $"{1 - run.Met.OffOwner - run.Met.Shared:0.0000}", $"{run.Met.HitRatio:0.000}", $"{run.Met.Waits.Quantile(0.99) / 1e6:0.00}",
                $"{run.Met.Waits.Quantile(0.999) / 1e6:0.00}", $"{run.Latency(0.5):0.0}", $"{run.Latency(0.99):0.0}", $"{run.Latency(0.999):0.0}", $"{run.MaxOverMean:0.00}");
        }

        findings.Add("Affinity wait, 80 % load, Zipf 1.0", "At home: served by the owner, or by a sharer of a hot key. The wait counts for every request, those that need not wait with 0.", table);
    }
}
