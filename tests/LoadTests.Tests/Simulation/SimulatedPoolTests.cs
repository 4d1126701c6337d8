using HashBalancer.Control;
using HashBalancer.Proxy;
using HashBalancer.Simulation.Fleet;
using HashBalancer.Simulation.Load;
using HashBalancer.Simulation.Runs;
using HashBalancer.Simulation.Studies;

namespace HashBalancer.LoadTests.Tests.Simulation;

/// <summary>Small cases of the study in <c>loadtests/Simulation</c>: virtual time, so that no machine is too slow for them.</summary>
public sealed class SimulatedPoolTests
{
    private const double Exponent = 0.9;
    private static readonly FleetPlan Fleet = new();
    private static readonly double Rate = 0.6 * Capacity.RequestsPerSecond(Fleet, Exponent);

    [Fact]
    public void Run_Twice_IsTheSameRun()
    {
        Measured one = Measured.By(Pool(Strategy.Default), TimeSpan.FromSeconds(3)), other = Measured.By(Pool(Strategy.Default), TimeSpan.FromSeconds(3));

        Assert.Equal((one.Met.Requests, one.Met.HitRatio, one.Met.OffOwner, one.Met.Shared), (other.Met.Requests, other.Met.HitRatio, other.Met.OffOwner, other.Met.Shared));
        Assert.Equal((one.Latency(0.5), one.Latency(0.999), one.Met.Waits.Mean), (other.Latency(0.5), other.Latency(0.999), other.Met.Waits.Mean));
        Assert.Equal(one.Utilisation, other.Utilisation);
    }

    [Fact]
    public void Run_EqualNodes_KeepsKeysAtHomeAndAnswersNoLaterThanTheClassicBound()
    {
        Measured ring = Settled(Strategy.PlainRing), classic = Settled(Strategy.ClassicBound), own = Settled(Strategy.Default);

        Assert.Equal(0, ring.Met.OffOwner);
        Assert.InRange(classic.Met.OffOwner, 0.2, 0.35);
        Assert.InRange(own.Met.OffOwner, 0, 0.01);
        Assert.InRange(own.Met.HitRatio, ring.Met.HitRatio - 0.01, 1);
        Assert.InRange(own.Latency(0.99), 0, classic.Latency(0.99));
        Assert.InRange(own.MaxOverMean, 1, 1.2);
        Assert.InRange(own.MeanUtilisation, 0.55, 0.65);
    }

    [Fact]
    public void Run_NodeBecomesSlow_LeavesTheLongestAnswersNearWhatTheyWere()
    {
        SimulatedPool pool = Pool(Strategy.Default);
        pool.Run(TimeSpan.FromSeconds(60));
        Measured before = Measured.By(pool, TimeSpan.FromSeconds(30));

        pool.SetSpeed(0, 0.4);
        Measured after = Measured.By(pool, TimeSpan.FromSeconds(30));

        Assert.InRange(after.Latency(0.999) / before.Latency(0.999), 1, 1.5);
        Assert.InRange(after.Met.OffOwner, 0, 0.05);
        Assert.InRange(NodeRuntime.Of(pool.View.NodeAt(0)).Pace, 0.3, 0.7);
    }

    /// <summary>Nothing is moved: what is evened out, the choice among the nodes of hot keys evens out.</summary>
    [Fact]
    public void Run_NodesReport_HotKeysEvenOutWhatArcsLeave()
    {
        double silent = MaxOverMean(reports: false), reporting = MaxOverMean(reports: true);

        Assert.InRange(silent, 1.07, 1.2);
        Assert.InRange(reporting, 1, 1.02);

        static double MaxOverMean(bool reports)
        {
            var pool = new SimulatedPool(new RunPlan
            {
                Fleet = Fleet,
                Policy = Strategy.Default.Policy,
                Exponent = 1.1,
                Rate = 0.6 * Capacity.RequestsPerSecond(Fleet, 1.1),
                Reports = reports,
                Rebalancing = new RebalancingOptions { Mode = RebalancingMode.Observe },
            });
            pool.Run(TimeSpan.FromMinutes(2));
            return Measured.By(pool, TimeSpan.FromMinutes(1)).MaxOverMean;
        }
    }

    private static Measured Settled(Strategy strategy)
    {
        SimulatedPool pool = Pool(strategy);
        pool.Run(TimeSpan.FromSeconds(60));
        return Measured.By(pool, TimeSpan.FromSeconds(20));
    }

    private static SimulatedPool Pool(Strategy strategy) =>
        new(new RunPlan { Fleet = Fleet, Policy = strategy.Policy, Exponent = Exponent, Rate = Rate });
}
