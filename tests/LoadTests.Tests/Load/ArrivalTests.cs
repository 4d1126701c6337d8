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
}
