using HashBalancer.Simulation.Fleet;
using HashBalancer.Simulation.Studies;

namespace HashBalancer.LoadTests.Tests.Simulation;

public sealed class FlashTests
{
    [Fact]
    public void Simulate_KeyTakesAFifthOfAllRequests_IsSharedInTimeAndHomeInTimeAndOnce()
    {
        Flash flash = Flash.Simulate(new FleetPlan(), load: 0.6, exponent: 1.0);

        Assert.InRange(flash.SharedAfter, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.InRange(flash.WorstLater, 1, 1.25);
        Assert.InRange(flash.HomeAfter, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30));
        Assert.Equal((1, 1), (flash.TimesShared, flash.TimesHome));
        Assert.All(flash.Later, run => Assert.InRange(run.Latency(0.99), 0, 1.2 * flash.Before.Latency(0.99)));
    }
}
