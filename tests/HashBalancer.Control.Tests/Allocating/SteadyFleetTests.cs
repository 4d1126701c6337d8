namespace HashBalancer.Control.Tests;

/// <summary>Sizing and planning together, round by round, in virtual time.</summary>
public sealed class SteadyFleetTests
{
    private const int Slots = 10;

    /// <summary>Loads of three pools in requests in flight: of a fleet of twenty nodes they want little, all, and more than there is.</summary>
    [Theory]
    [InlineData(20, 30, 10)]
    [InlineData(50, 45, 40)]
    [InlineData(90, 70, 60)]
    [InlineData(63, 56, 21)] // On the edge: of each, seven tenths are a whole number of nodes.
    public void Load_SteadyWithinFivePercentForTenMinutes_MovesNothing(double a, double b, double c)
    {
        var random = new Random(11);
        var world = new FleetWorld(20);
        var options = new PoolAllocationOptions { Slots = Slots, FallWindow = TimeSpan.Zero };
        Dictionary<string, (double Load, PoolSizer Sizer)> pools = new(StringComparer.Ordinal)
        {
            ["a"] = (a, new PoolSizer()),
            ["b"] = (b, new PoolSizer()),
            ["c"] = (c, new PoolSizer()),
        };
        world.Pool("a", guaranteed: 2, maximum: 12);
        world.Pool("b", weight: 2, guaranteed: 2, maximum: 12);
        world.Pool("c", guaranteed: 1, maximum: 12);

        // Each has had the least and the most of its load before.
        Second(0.95);
        Second(1.05);
        for (int second = 0; second < 60; second++)
            Second(0.95 + (0.1 * random.NextDouble()));
        Assert.Empty(world.Last!.Waiting);
        world.Steps.Clear();
        for (int second = 0; second < 600; second++)
            Second(0.95 + (0.1 * random.NextDouble()));
        Assert.Empty(world.Steps);

        // It is not that nothing can move.
        pools["a"] = (a * 0.3, pools["a"].Sizer);
        pools["c"] = (c * 2, pools["c"].Sizer);
        for (int second = 0; second < 60; second++)
            Second(1);
        Assert.NotEmpty(world.Steps);

        void Second(double part)
        {
            foreach ((string name, (double load, PoolSizer sizer)) in pools)
                world.Demands[name] = sizer.Size(options, new PoolTraffic(name, 0, 0, 0.1, load * part, 0, 0, 0), world.Serving(name), 1, TimeSpan.Zero, world.Now).Wanted;
            world.Run(1);
        }
    }
}
