using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Tests.Measuring;

public sealed class LatencyHistogramTests
{
    private static readonly double[] Quantiles = [0, 0.001, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999, 1];

    [Theory]
    [InlineData("uniform")]
    [InlineData("exponential")]
    [InlineData("every magnitude")]
    [InlineData("two peaks")]
    public void Quantile_AnyLaw_IsWithinStatedErrorOfTheExactOne(string law)
    {
        var random = new Random(17);
        long[] values = [.. Enumerable.Range(0, 100_000).Select(_ => Draw(law, random))];
        var histogram = new LatencyHistogram();
        foreach (long value in values)
            histogram.Record(value);
        Array.Sort(values);

        foreach (double q in Quantiles)
        {
            long exact = values[Math.Max(1, (int)Math.Ceiling(q * values.Length * (1 - 1e-12))) - 1];
            Assert.InRange(histogram.Quantile(q), exact * (1 - LatencyHistogram.RelativeError), exact * (1 + LatencyHistogram.RelativeError));
        }
    }

    [Fact]
    public void RelativeError_IsHalfABucket() => Assert.Equal(1.0 / 512, LatencyHistogram.RelativeError);

    [Fact]
    public void Quantile_EveryBucketEdge_IsWithinStatedError()
    {
        for (int power = 0; power < 42; power++)
        {
            foreach (long value in (long[])[1L << power, (1L << power) + 1, (2L << power) - 1])
            {
                // The other two values keep the clamp to minimum and maximum from giving the answer away.
                var histogram = new LatencyHistogram();
                histogram.Record(0);
                histogram.Record(value);
                histogram.Record(LatencyHistogram.Highest);
                Assert.InRange(histogram.Quantile(0.5), value * (1 - LatencyHistogram.RelativeError), value * (1 + LatencyHistogram.RelativeError));
            }
        }
    }

    [Fact]
    public void Quantile_ValuesBelow512_AreExact()
    {
        var histogram = new LatencyHistogram();
        for (int value = 1; value <= 500; value++)
            histogram.Record(value);

        Assert.Equal(250, histogram.Quantile(0.5));
        Assert.Equal(495, histogram.Quantile(0.99));
    }

    [Fact]
    public void Quantile_RankThatRoundingWouldMiss_IsExact()
    {
        var histogram = new LatencyHistogram();
        for (int value = 1; value <= 100; value++)
            histogram.Record(value);

        // 0.07 × 100 is 7.000000000000001 in binary.
        Assert.Equal(7, histogram.Quantile(0.07));
    }

    [Fact]
    public void Summary_CountMinMaxMean_AreExact()
    {
        var histogram = new LatencyHistogram();
        foreach (long value in (long[])[1_000_003, 7, 2_000_000_011])
            histogram.Record(value);

        Assert.Equal((3, 7, 2_000_000_011), (histogram.Count, histogram.Min, histogram.Max));
        Assert.Equal((1_000_003 + 7 + 2_000_000_011) / 3.0, histogram.Mean);
    }

    [Fact]
    public void Empty_EveryFigure_IsZero()
    {
        var histogram = new LatencyHistogram();

        Assert.Equal((0, 0, 0, 0), (histogram.Count, histogram.Min, histogram.Max, histogram.Quantile(0.99)));
        Assert.Equal(0, histogram.Mean);
    }

    [Fact]
    public void Record_OutsideTheRange_KeepsTheMaximumAndCountsNegativesAsZero()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(-5);
        histogram.Record(long.MaxValue / 2);

        Assert.Equal((2, 0, long.MaxValue / 2), (histogram.Count, histogram.Min, histogram.Max));
        Assert.Equal(long.MaxValue / 2, histogram.Quantile(1));
    }

    [Fact]
    public void Record_FromManyThreads_LosesNothing()
    {
        var histogram = new LatencyHistogram();
        Parallel.For(0, 8, worker =>
        {
            for (int i = 0; i < 10_000; i++)
                histogram.Record(worker * 1000 + 1);
        });

        Assert.Equal((80_000, 1, 7001), (histogram.Count, histogram.Min, histogram.Max));
        Assert.Equal(3501, histogram.Mean);
    }

    private static long Draw(string law, Random random) => law switch
    {
        "uniform" => random.NextInt64(1, 100_000_000),
        "exponential" => (long)(-Math.Log(1 - random.NextDouble()) * 1_000_000),
        "every magnitude" => (long)Math.Exp(random.NextDouble() * Math.Log(LatencyHistogram.Highest)),
        _ => random.NextDouble() < 0.99 ? random.NextInt64(50_000, 60_000) : random.NextInt64(100_000_000, 110_000_000),
    };
}
