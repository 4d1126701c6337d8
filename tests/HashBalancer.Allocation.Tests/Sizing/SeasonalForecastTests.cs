using HashBalancer.Allocation.Sizing.Forecast;

namespace HashBalancer.Allocation.Tests.Sizing;

public sealed class SeasonalForecastTests
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private static TimeSpan At(double hours) => TimeSpan.FromHours(hours);

    [Fact]
    public void Peak_SlotsWithoutHistory_IsUnknown()
    {
        var forecast = new SeasonalForecast(Day, 24);
        Assert.Null(forecast.Peak(At(0), At(1)));

        forecast.Observe(At(0.2), 5);
        Assert.Null(forecast.Peak(At(0), TimeSpan.Zero));

        forecast.Observe(At(1.2), 7);
        Assert.Equal(5, forecast.Peak(At(24), TimeSpan.Zero));
        Assert.Null(forecast.Peak(At(24), At(1)));
    }

    [Fact]
    public void Peak_OverAHorizon_IsTheLargestSlotsOnTheWay()
    {
        SeasonalForecast forecast = AfterADay(smoothing: 0.3);

        Assert.Equal(10, forecast.Peak(At(34.5), At(0.4)));
        Assert.Equal(11, forecast.Peak(At(34.5), At(0.5)));
        Assert.Equal(23, forecast.Peak(At(34.5), At(14)));
        Assert.Equal(23, forecast.Peak(At(34.5), At(1000)));
    }

    [Fact]
    public void Observe_ASecondDay_MovesTheLevelBySmoothing()
    {
        SeasonalForecast forecast = AfterADay(smoothing: 0.25);
        forecast.Observe(At(34), 18);
        forecast.Observe(At(34.5), 50);
        forecast.Observe(At(34.9), 2);
        forecast.Observe(At(35), 0);

        Assert.Equal(10 + (0.25 * (50 - 10)), forecast.Peak(At(58), TimeSpan.Zero));
        Assert.Equal(11, forecast.Peak(At(59), TimeSpan.Zero));
    }

    [Theory]
    [InlineData(10, 4.0, 10)]
    [InlineData(10, 40.0, 40)]
    [InlineData(10, null, 10)]
    public void LowerBound_OfAnyForecast_NeverShrinks(double measured, double? forecast, double expected) =>
        Assert.Equal(expected, SeasonalForecast.LowerBound(measured, forecast));

    [Fact]
    public void Arguments_OutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeasonalForecast(Day, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeasonalForecast(TimeSpan.FromTicks(1), 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeasonalForecast(Day, 24, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SeasonalForecast(Day, 24, 1.1));
        SeasonalForecast forecast = AfterADay(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => forecast.Observe(At(3), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => forecast.Observe(At(30), -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => forecast.Peak(At(-1), At(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => forecast.Peak(At(1), At(-1)));
    }

    /// <summary>In hour h of the first day the demand peaked at h.</summary>
    private static SeasonalForecast AfterADay(double smoothing)
    {
        var forecast = new SeasonalForecast(Day, 24, smoothing);
        for (int hour = 0; hour <= 24; hour++)
        {
            forecast.Observe(At(hour), hour / 2.0);
            forecast.Observe(At(hour + 0.5), hour % 24);
        }

        return forecast;
    }
}
