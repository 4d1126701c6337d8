using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Tests.Support;

namespace HashBalancer.LoadTests.Tests.Load;

public sealed class SaturationSearchTests
{
    [Fact]
    public async Task Run_ServerOfAThousandASecond_IsFoundWithinThePrecision()
    {
        var time = new VirtualTime();
        var search = new SaturationSearch(100, 10_000, TimeSpan.FromSeconds(1), 0.99, TimeSpan.FromMilliseconds(20), 0.05);

        await time.Run(VirtualTime.Scenario(search, TimeSpan.FromMinutes(2)),
            [new OneWorkerServer(time, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), TimeSpan.FromHours(1))]);

        // At a rate r over 1,000/s the queue after 1 s is r - 1,000 requests of 1 ms: 20 ms at 1,020/s.
        Assert.InRange(search.Result!.Rate, 970, 1021);
        Assert.All(search.Result.Trials, t => Assert.Equal(t.Rate <= search.Result.Rate, t.Passed));
        Assert.Equal([100, 150, 225], search.Result.Trials.Take(3).Select(t => t.Rate));
    }

    [Fact]
    public async Task Run_ServerThatCannotServeTheFirstRate_FindsNone()
    {
        var time = new VirtualTime();
        var search = new SaturationSearch(100, 10_000, TimeSpan.FromSeconds(1), 0.5, TimeSpan.FromMilliseconds(20), 0.05);

        await time.Run(VirtualTime.Scenario(search, TimeSpan.FromMinutes(2)), [new TimedStep(time, TimeSpan.FromMilliseconds(30))]);

        Assert.Equal(0, search.Result!.Rate);
        Assert.Equal([100, 100], search.Result.Trials.Select(t => t.Rate));
    }
}
