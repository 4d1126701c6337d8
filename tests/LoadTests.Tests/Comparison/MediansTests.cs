using HashBalancer.Comparison.Reports;
using HashBalancer.Comparison.Rounds;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.LoadTests.Tests.Comparison;

public sealed class MediansTests
{
    [Theory]
    [InlineData(3, 5.0, 1.0, 3.0)]
    [InlineData(2.5, 4.0, 1.0, 2.0, 3.0)]
    [InlineData(7, 7.0)]
    public void Median_Values_IsTheMiddle(double median, params double[] values) => Assert.Equal(median, Medians.Median(values));

    [Fact]
    public void Of_Ratios_AreTakenWithinEachRound()
    {
        // A machine that turned twice as slow after round 1: the ratios do not move.
        Round[] yardsticks = [Sample(1, cpu: 20, rate: 50_000), Sample(1, cpu: 25, rate: 60_000), Sample(2, cpu: 40, rate: 25_000), Sample(2, cpu: 50, rate: 30_000)];

        PeerMedian median = Medians.Of([Sample(1, cpu: 30, rate: 30_000), Sample(2, cpu: 60, rate: 15_000)], yardsticks);

        Assert.Equal((1.5, 0.5), (median.CpuRatio, median.RateRatio));
        Assert.Equal((45.0, 22_500.0), (median.CpuMicroseconds, median.Rate));
        Assert.Equal(2, median.Failed);
        Assert.Equal(0.9, median.KeysOnOneNode);
    }

    [Fact]
    public void Of_NoYardstick_HasNoRatio()
    {
        PeerMedian median = Medians.Of([Sample(1, cpu: 30, rate: 30_000)], []);

        Assert.Null(median.CpuRatio);
        Assert.Null(median.RateRatio);
    }

    [Fact]
    public void Of_NoProxy_HasNoCpu()
    {
        Round direct = Sample(1, cpu: 1, rate: 90_000) with { UserMicroseconds = null, SystemMicroseconds = null, Busy = null, ResidentBytes = null };

        PeerMedian median = Medians.Of([direct], [Sample(1, cpu: 20, rate: 45_000)]);

        Assert.Null(median.CpuMicroseconds);
        Assert.Null(median.CpuRatio);
        Assert.Null(median.ResidentBytes);
        Assert.Equal(2, median.RateRatio);
    }

    [Theory]
    [InlineData(false, 100.0)]
    [InlineData(false, 100.0, 100.0)]
    [InlineData(true, 100.0, 96.0, 99.0)]
    [InlineData(false, 100.0, 99.0, 80.0)]
    [InlineData(false, 100.0, 90.0, 100.0)]
    [InlineData(false, 35.0, 41.0, 44.0)]
    [InlineData(true, 200.0, 100.0, 40.0, 41.0, 39.0)]
    public void IsSettled_WarmUpCosts_WhenTwoRoundsBroughtNoSavingAndCostAlike(bool settled, params double[] costs) =>
        Assert.Equal(settled, RoundRunner.IsSettled(costs));

    internal static Round Sample(int number, double cpu, double rate) => new(
        number, Requests: 1000, Failed: 1, rate, P50Ms: 1, P99Ms: 2, P999Ms: 3, UserMicroseconds: cpu / 4, SystemMicroseconds: cpu * 3 / 4, Busy: 0.95,
        ResidentBytes: 20_000_000, AllocatedBytes: 512, new HalfLoad(rate / 2, 0.001, 0.5, 0.9, 1.5), new AffinityResult(100, 90, 0.9, 0.01, 2));
}
