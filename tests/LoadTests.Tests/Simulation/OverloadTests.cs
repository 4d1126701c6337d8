using HashBalancer.Simulation.Studies;

namespace HashBalancer.LoadTests.Tests.Simulation;

/// <summary>1.3 times the capacity, through admission and selection.</summary>
public sealed class OverloadTests
{
    [Fact]
    public void ByPriority_LowestClassMakesRoom_HighestLosesNothing()
    {
        var run = Overload.ByPriority(TimeSpan.FromSeconds(10));

        Assert.InRange(run.Goodput, 0.95, 1.02);
        Assert.Equal((0, 0), (run.Classes[0].Refused, run.Classes[1].Refused));
        Assert.InRange(run.Classes[0].Served, 0.29, 0.31);
        Assert.InRange(run.Classes[1].Served, 0.39, 0.41);
        Assert.InRange(run.Classes[2].Served, 0.23, 0.33);
    }

    [Fact]
    public void Fair_EverybodyAsksForMoreThanItsWeight_SharesAreByWeight()
    {
        var run = Overload.Fair(TimeSpan.FromSeconds(10));

        Assert.InRange(run.Goodput, 0.95, 1.02);
        Assert.All(run.Classes, cls => Assert.InRange(cls.ShareOfServed / cls.Entitled, 0.95, 1.05));
    }

    [Fact]
    public void Adaptive_NobodyKnowsTheLimit_ServesAsMuchAndTheHighestLosesNothing()
    {
        var run = Overload.Adaptive(TimeSpan.FromSeconds(10));

        Assert.InRange(run.Goodput, 0.95, 1.02);
        Assert.Equal(0, run.Classes[0].Refused);
        Assert.InRange(run.Limit, 80, 400);
    }
}
