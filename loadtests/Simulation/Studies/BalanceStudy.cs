using HashBalancer.Control;
using HashBalancer.LoadTests.Reports;
using HashBalancer.Simulation.Fleet;
using HashBalancer.Simulation.Load;
using HashBalancer.Simulation.Runs;

namespace HashBalancer.Simulation.Studies;

/// <summary>How evenly does the rebalancer spread skewed keys, what does it cost the caches, how much does it move once it has settled, and how does it
/// follow a node that slows down?</summary>
internal sealed class BalanceStudy : IStudy
{
    private const double Load = 0.6;
    private const double SlowSpeed = 0.4;
    private static readonly TimeSpan Settle = TimeSpan.FromMinutes(2), Window = TimeSpan.FromMinutes(2), Short = TimeSpan.FromSeconds(30);
    private static readonly double[] Equal = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], Unlike = [1, 1, 1, 1, 1, 1, 2, 2, 0.5, 0.5];

    // As the comparison of balance over real sockets has them.
    private static readonly FleetPlan Fleet = new() { KeysPerNode = 1_000, HeldKeys = 500, Hit = TimeSpan.FromMilliseconds(32), Miss = TimeSpan.FromMilliseconds(160) };

    public string Name => "balance";

    public void Run(Findings findings, double effort)
    {
        var table = new MarkdownTable("speeds, Zipf", "minutes 3 to 6", "windows of 2 min: median", "worst of 20", "hits", "hits of the ring alone", "p99 ms", "settled after s", "moved by then", "moved an hour after");
        foreach ((string name, double[] speeds) in (ReadOnlySpan<(string, double[])>)[("equal", Equal), ("unlike", Unlike)])
        {
            foreach (double exponent in new[] { 0.9, 1.0, 1.1, 1.2 })
                Compare(findings, table, name, speeds, exponent, isReported: true, effort);
        }

        foreach ((string name, double[] speeds) in (ReadOnlySpan<(string, double[])>)[("equal", Equal), ("unlike", Unlike)])
            Compare(findings, table, name, speeds, 1.0, isReported: false, effort);
        findings.Add(
            "Rebalancing, 60 % load",
            "Ten nodes that take 32 ms for a key they hold and 160 ms for another, as in the comparison of balance over real sockets. Busiest node over the mean; settled: since when no 30 s had a node above 1.15 of it. Passive: nodes report nothing.",
            table);
        Slow(findings);
    }

    private static void Compare(Findings findings, MarkdownTable table, string name, double[] speeds, double exponent, bool isReported, double effort)
    {
        double rate = Load * Capacity.RequestsPerSecond(Fleet, exponent) * speeds.Average();
        SimulatedPool alone = Start(Strategy.PlainRing, exponent, rate, speeds, null, isReported);
        alone.Run(Settle);
        double ringHits = Measured.By(alone, Window).Met.HitRatio;

        SimulatedPool pool = Start(Strategy.Default, exponent, rate, speeds, new RebalancingOptions { Mode = RebalancingMode.On }, isReported);
        double settled = 0;
        for (TimeSpan at = Short; at <= Settle; at += Short)
        {
            if (Measured.By(pool, Short).MaxOverMean > 1.15)
                settled = at.TotalSeconds;
        }

        double movedToSettle = pool.Rebalancer!.MovedSince(TimeSpan.Zero);
        Measured first = Measured.By(pool, 2 * Window);
        TimeSpan steadyFrom = pool.Now + TimeSpan.FromMinutes(6);
        pool.Run(TimeSpan.FromMinutes(6));
        int windows = Math.Max(2, (int)(60 * effort));
        double[] steady = [.. Enumerable.Range(0, windows).Select(_ => Measured.By(pool, Window).MaxOverMean).Order()];
        double hours = windows * Window.TotalHours, churn = pool.Rebalancer!.MovedSince(steadyFrom) / hours;
        table.Add(
            $"{name}, {exponent:0.0}{(isReported ? "" : ", passive")}", $"{first.MaxOverMean:0.000}", $"{steady[windows / 2]:0.000}", $"{steady[(int)(windows * 0.95)]:0.000}",
            $"{first.Met.HitRatio:0.000}", $"{ringHits:0.000}", $"{first.Latency(0.99):0}", $"{settled:0}", $"{100 * movedToSettle:0.0} %", $"{100 * churn:0.00} %");
        if (!isReported)
        {
            findings.Greatest("balance.passive-max-over-mean", steady[windows / 2]);
            return;
        }

        findings.Greatest(exponent > 1.15 ? "balance.max-over-mean-1.2" : "balance.max-over-mean", steady[windows / 2]);
        findings.Greatest("balance.settled-after-s", settled);
        findings.Greatest("balance.churn-per-hour", churn);
        if (name == "equal")
            findings.Greatest("balance.hits-lost", ringHits - first.Met.HitRatio);
    }

    /// <summary>One node at 0.4 of its speed and back.</summary>
    private static void Slow(Findings findings)
    {
        var table = new MarkdownTable("Zipf 1.0, equal", "over the mean after 60 s", "moves", "moved");
        double rate = Load * Capacity.RequestsPerSecond(Fleet, 1.0);
        SimulatedPool pool = Start(Strategy.Default, 1.0, rate, Equal, new RebalancingOptions { Mode = RebalancingMode.On }, isReported: true);
        pool.Run(TimeSpan.FromMinutes(15));
        foreach ((string what, double speed) in (ReadOnlySpan<(string, double)>)[("one at 0.4", SlowSpeed), ("back", 1)])
        {
            TimeSpan from = pool.Now;
            pool.SetSpeed(3, speed);
            pool.Run(TimeSpan.FromMinutes(1));
            double after = Measured.By(pool, Short).MaxOverMean;
            pool.Run(TimeSpan.FromMinutes(20));
            table.Add(what, $"{after:0.000}", $"{pool.Rebalancer!.Plans.Where(p => p.At > from).Sum(p => p.Plan.Moves.Length)} in {pool.Rebalancer!.Plans.Count(p => p.At > from)} plans", $"{100 * pool.Rebalancer!.MovedSince(from):0.0} %");
            findings.Greatest("balance.slow-after-60-s", after);
        }

        findings.Add("A node slowed to 0.4 of its speed and back", "The half minute after the first.", table);
    }

    private static SimulatedPool Start(Strategy strategy, double exponent, double rate, double[] speeds, RebalancingOptions? rebalancing, bool isReported)
    {
        var pool = new SimulatedPool(new RunPlan
        {
            Fleet = Fleet,
            Policy = strategy.Policy,
            Exponent = exponent,
            Rate = rate,
            Ramp = Short,
            IsWorkFixed = true,
            Rebalancing = rebalancing,
            Reports = isReported,
        });
        foreach ((int i, double speed) in speeds.Index())
            pool.SetSpeed(pool.SlotOf(i), speed);
        return pool;
    }
}
