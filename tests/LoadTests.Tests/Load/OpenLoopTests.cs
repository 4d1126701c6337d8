using HashBalancer.LoadTests.Keys;
using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Tests.Support;

namespace HashBalancer.LoadTests.Tests.Load;

/// <summary>When an open loop begins its iterations.</summary>
public sealed class OpenLoopTests
{
    private const int NanosecondsPerTick = 100;

    [Theory]
    [InlineData(10_000, 0)]
    [InlineData(20_000, 50_000)]
    [InlineData(40_000, 75_000)]
    public async Task Run_RateOfTensOfThousands_BeginsTogetherWhatIsDueWithinATenthOfAMillisecond(int rate, long latest)
    {
        var virtualTime = new VirtualTime();
        var delays = new List<long>();
        long start = virtualTime.Clock.Now;
        var run = new LoadRun(virtualTime.Clock, new ExactPacer(virtualTime), new SequenceKeys(1000), Seed: 1, start, Length: 1_000_000_000, (due, _) =>
        {
            delays.Add(virtualTime.Clock.Now - due);
            return ValueTask.FromResult(true);
        });

        await new OpenLoop("constant", rate, (r, _) => new ConstantArrivals(r)).Run(run, TestContext.Current.CancellationToken);

        Assert.Equal(rate, delays.Count);
        Assert.Equal((0, latest), (delays.Min(), delays.Max()));
    }

    /// <summary>Time is what is waited for.</summary>
    private sealed class ExactPacer(VirtualTime virtualTime) : IPacer
    {
        public ValueTask WaitUntil(long instant, CancellationToken cancellation)
        {
            virtualTime.Time.Advance(TimeSpan.FromTicks((instant - virtualTime.Clock.Now) / NanosecondsPerTick));
            return ValueTask.CompletedTask;
        }
    }
}
