using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Tests.Measuring;

public sealed class TrendTests
{
    [Fact]
    public void Slope_PointsOnALine_IsTheLines() =>
        Assert.Equal(2.5, Trend.Slope([(0, 10), (1, 12.5), (4, 20)]), 12);

    [Fact]
    public void Slope_OneInstant_IsNone() => Assert.Equal(0, Trend.Slope([(3, 10), (3, 20)]));

    [Fact]
    public void Drift_OneBadInterval_IsNoDrift() =>
        Assert.Equal(0.1, Trend.Drift([10, 10, 10, 10, 50, 10, 11, 90, 11])!.Value, 12);

    [Fact]
    public void Drift_FewerThanThreeValues_IsUnknown() => Assert.Null(Trend.Drift([1, 2]));
}
