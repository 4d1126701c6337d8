using HashBalancer.Simulation.Fleet;
using HashBalancer.Simulation.Load;
using HashBalancer.Simulation.Runs;
using HashBalancer.Simulation.Studies;

namespace HashBalancer.LoadTests.Tests.Simulation;

/// <summary>80 % load, Zipf 1.0.</summary>
public sealed class AffinityWaitTests
{
    [Fact]
    public void Run_BusyNodes_KeepsRequestsAtHomeForLessThanFiveMilliseconds()
    {
        var fleet = new FleetPlan();
        double rate = 0.8 * Capacity.RequestsPerSecond(fleet, 1.0);
        Measured with = By(Strategy.Default), without = By(Strategy.Default with { Policy = Strategy.Default.Policy with { AffinityWait = null } });

        Assert.InRange(1 - with.Met.OffOwner, 0.95, 1);
        Assert.InRange(with.Met.Waits.Quantile(0.99) / 1e6, 0, 5);
        Assert.InRange(with.Met.OffOwner, 0, 0.7 * without.Met.OffOwner);
        Assert.InRange(with.Latency(0.99), 0, 1.02 * without.Latency(0.99));

        Measured By(Strategy strategy)
        {
            var pool = new SimulatedPool(new RunPlan { Fleet = fleet, Policy = strategy.Policy, Exponent = 1.0, Rate = rate });
            pool.Run(TimeSpan.FromSeconds(60));
            return Measured.By(pool, TimeSpan.FromSeconds(30));
        }
    }
}
