using HashBalancer.LoadTests.Reports;
using HashBalancer.Proxy;
using HashBalancer.Simulation.Fleet;
using HashBalancer.Simulation.Load;
using HashBalancer.Simulation.Runs;

namespace HashBalancer.Simulation.Studies;

/// <summary>How far do keys stay at home, and how long do requests take, at 60 % load: on equal nodes, and when one of them becomes slow?</summary>
internal sealed class ChoiceStudy : IStudy
{
    private const double Load = 0.6;
    private const double SlowSpeed = 0.4;
    private static readonly int[] Sizes = [10, 50];
    private static readonly double[] Exponents = [0.9, 1.0, 1.1, 1.2];

    public string Name => "choice";

    public void Run(Findings findings, double effort)
    {
        string[] columns =
            ["nodes, Zipf, strategy", "off owner", "shared", "hits", "p50 ms", "p99 ms", "p99.9 ms", "utilisation", "max/mean", "spill", "saturated", "waited", "timed out", "skipped"];
        MarkdownTable equal = new(columns), slow = new(columns);
        foreach (int size in Sizes)
        {
            foreach (double exponent in Exponents)
                Compare(findings, new FleetPlan { Nodes = size }, exponent, effort, equal, slow);
        }

        findings.Add("Equal nodes, 60 % load", "Shares are of requests. Off owner: served by a node that the key does not belong to; a hot key belongs to all that share it, and what others than its owner served of it is \"shared\".", equal);
        findings.Add("One node slowed to 0.4 of its speed", "The same runs, going on: from one moment to the next the node that the plain ring loads most works at 0.4 of its speed. What follows at once is part of the figures.", slow);
    }

    private static void Compare(Findings findings, FleetPlan fleet, double exponent, double effort, MarkdownTable equal, MarkdownTable slow)
    {
        double rate = Load * Capacity.RequestsPerSecond(fleet, exponent);
        TimeSpan warmUp = TimeSpan.FromSeconds(40_000 * fleet.Nodes * Math.Min(1, effort) / rate), measured = TimeSpan.FromSeconds((200_000 + (20_000 * fleet.Nodes)) * effort / rate);
        int busiest = -1;
        double ringHits = 0, classicP99 = 0;
        foreach (Strategy strategy in Strategy.All)
        {
            var pool = new SimulatedPool(new RunPlan { Fleet = fleet, Policy = strategy.Policy, Exponent = exponent, Rate = rate });
            pool.Run(warmUp);
            WaitCounts warm = WaitCounts.Of(pool);
            Measured before = Measured.By(pool, measured);
            if (busiest < 0)
                busiest = Array.IndexOf(before.Utilisation, before.Utilisation.Max());
            WaitCounts waits = WaitCounts.Of(pool);
            Add(equal, $"{fleet.Nodes}, {exponent:0.0}, {strategy.Name}", before, waits.Since(warm));
            pool.SetSpeed(busiest, SlowSpeed);
            Measured after = Measured.By(pool, measured);
            Add(slow, $"{fleet.Nodes}, {exponent:0.0}, {strategy.Name}", after, WaitCounts.Of(pool).Since(waits));

            if (strategy == Strategy.PlainRing)
                ringHits = before.Met.HitRatio;
            if (strategy == Strategy.ClassicBound)
                classicP99 = before.Latency(0.99);
            if (strategy != Strategy.Default)
                continue;
            findings.Greatest("equal.off-owner", before.Met.OffOwner);
            findings.Greatest("equal.hits-lost", ringHits - before.Met.HitRatio);
            findings.Greatest("equal.p99-over-classic", before.Latency(0.99) / classicP99);
            findings.Greatest("slow.p99.9-over-before", after.Latency(0.999) / before.Latency(0.999));
        }
    }

    private static void Add(MarkdownTable table, string name, Measured run, WaitCounts waits) => table.Add(
        name, Percent(run.Met.OffOwner), Percent(run.Met.Shared), $"{run.Met.HitRatio:0.000}", Milliseconds(run, 0.5), Milliseconds(run, 0.99), Milliseconds(run, 0.999),
        $"{run.MeanUtilisation:0.000}", $"{run.MaxOverMean:0.00}", Percent(run.Met.Of(SelectionReason.Spill)), Percent(run.Met.Of(SelectionReason.Saturated)),
        Percent(run.Met.Of(SelectionReason.Waited)), Percent((double)waits.TimedOut / run.Met.Requests), Percent((double)waits.Skipped / run.Met.Requests));

    private static string Milliseconds(Measured run, double q) => $"{run.Latency(q):#,0.0}";

    private static string Percent(double share) => $"{100 * share:0.00} %";

    private sealed record WaitCounts(long TimedOut, long Skipped)
    {
        public static WaitCounts Of(SimulatedPool pool) => new(pool.Pool.Runtime.Of(WaitVerdict.TimedOut), pool.Pool.Runtime.Of(WaitVerdict.Skipped));

        public WaitCounts Since(WaitCounts before) => new(TimedOut - before.TimedOut, Skipped - before.Skipped);
    }
}
