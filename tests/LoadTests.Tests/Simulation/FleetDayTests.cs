using HashBalancer.Simulation.Day;

namespace HashBalancer.LoadTests.Tests.Simulation;

public sealed class FleetDayTests
{
    [Fact]
    public void Run_HoursOfASmallFleet_FollowLoadsWithinGuaranteesAndAreTheSameAgain()
    {
        DayResult day = FleetDay.Run(nodes: 200, pools: 12, TimeSpan.FromHours(12), seed: 3), again = FleetDay.Run(nodes: 200, pools: 12, TimeSpan.FromHours(12), seed: 3);

        Assert.Equal(720, day.Rounds);
        Assert.True(day.Moves > 0 && day.LongestBelow <= 6, $"{day.Moves} moves, below a guarantee for {day.LongestBelow} rounds");
        Assert.True(day.UnservedHours < 0.02 * day.LoadHours, $"{day.UnservedHours} of {day.LoadHours} node-hours");
        Assert.Equal((day.Moves, day.Starts, day.BelowGuarantee, day.UnservedHours), (again.Moves, again.Starts, again.BelowGuarantee, again.UnservedHours));
    }
}
