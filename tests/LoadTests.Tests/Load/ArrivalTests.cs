using HashBalancer.LoadTests.Load;
using HashBalancer.LoadTests.Tests.Support;

namespace HashBalancer.LoadTests.Tests.Load;

public sealed class ArrivalTests
{
    [Fact]
    public void Constant_RateThatDividesNoSecond_DoesNotDrift()
    {
        var arrivals = new ConstantArrivals(rate: 3);
        long[] instants = [.. Enumerable.Range(0, 3_000_001).Select(_ => arrivals.Next())];

        Assert.Equal([0, 333_333_333, 666_666_666, 1_000_000_000], instants[..4]);
        Assert.Equal(1_000_000L * 1_000_000_000, instants[^1]);
    }

    [Fact]
    public void Poisson_Gaps_AreExponential()
    {
        var arrivals = new PoissonArrivals(rate: 1000, new Random(5));
        const int Cells = 50;
        var counts = new long[Cells];
        long last = 0;
        for (int i = 0; i < 100_000; i++)
        {
            long next = arrivals.Next();
            counts[Math.Min(Cells - 1, (int)(Cells * (1 - Math.Exp(-(next - last) / 1e6))))]++;
            last = next;
        }

        // The law turns gaps into uniform numbers: every cell is equally likely.
        ChiSquare.AssertFits(counts, [.. Enumerable.Repeat(1.0 / Cells, Cells)]);
        Assert.InRange(last / 1e9, 99, 101);
    }

    [Fact]
    public void Planned_Ramp_StartsWhenTheRatesIntegralIsWhole()
    {
        // From 0.5 to 1.5 per second over 2 s: t/2 + t²/4 starts until t, then 1.5 per second.
        var arrivals = new PlannedArrivals([new RateSegment(0.5, 1.5, 2)]);

        long[] instants = [.. Enumerable.Range(0, 4).Select(_ => arrivals.Next())];

        Assert.Equal(0, instants[0]);
        Assert.InRange(instants[1], 1_236_067_977L, 1_236_067_978L);
        Assert.InRange(instants[2], 1_999_999_999L, 2_000_000_000L);
        Assert.InRange(instants[3], 2_666_666_665L, 2_666_666_667L);
    }

    [Fact]
    public void Planned_Steps_KeepEachRateForItsTime()
    {
        var arrivals = new PlannedArrivals([new RateSegment(10, 10, 1), new RateSegment(20, 20, 1)]);
        long[] instants = [.. Enumerable.Range(0, 40).Select(_ => arrivals.Next())];

        Assert.Equal((10, 20, 10), (instants.Count(i => i < 1_000_000_000), instants.Count(i => i is >= 1_000_000_000 and < 2_000_000_000), instants.Count(i => i >= 2_000_000_000)));
        Assert.Equal(1_050_000_000, instants[11]);
    }

    [Fact]
    public void Replay_RecordAtTwiceItsSpeed_GoesAround()
    {
        var arrivals = new ReplayArrivals([0, 100, 400], speed: 2);

        Assert.Equal([0, 50, 200, 266, 316, 466], Enumerable.Range(0, 6).Select(_ => arrivals.Next()));
    }
}
