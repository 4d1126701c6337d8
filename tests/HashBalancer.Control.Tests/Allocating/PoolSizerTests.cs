namespace HashBalancer.Control.Tests;

public sealed class PoolSizerTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly PoolSizer _sizer = new();
    private DateTimeOffset _now = Start;

    [Theory]
    [InlineData(100, 0.1, 10, 0, 2)] // 10 in flight on average: one unit of ten slots at 70 % is not enough.
    [InlineData(700, 0.1, 10, 0, 10)]
    [InlineData(0, 0, 10, 3.5, 5)] // By what nodes report.
    [InlineData(700, 0.1, 10, 10.5, 15)] // The higher of both.
    [InlineData(0, 0, 0, 0, 0)]
    public void Size_Load_IsOfferedLoadOverTargetUtilisation(double arrivals, double seconds, int slots, double utilisation, int expected) =>
        Assert.Equal(expected, Size(new PoolAllocationOptions { Slots = slots }, arrivals, seconds, utilisation).Wanted);

    [Fact]
    public void Size_Waiting_WantsMoreThanUtilisationAlone()
    {
        var options = new PoolAllocationOptions { Slots = 1, TargetUtilisation = 1, WaitProbability = 0.2 };
        Assert.Equal(111, Size(options, 1000, 0.1, 0).Wanted);
    }

    [Fact]
    public void Size_SpareForANodeAndAZone_IsWantedBeforehand()
    {
        Assert.Equal(11, Size(new PoolAllocationOptions { Slots = 10, LoseNodes = 1 }, 700, 0.1, 0).Wanted);
        Assert.Equal(15, new PoolSizer().Size(new PoolAllocationOptions { Slots = 10, LoseZones = 1 }, Traffic(700, 0.1, 0), 0, zones: 3, TimeSpan.Zero, Start).Wanted);
    }

    [Fact]
    public void Size_SteadyWithinFivePercentForTenMinutes_NeverChanges()
    {
        var options = new PoolAllocationOptions { Slots = 10 };
        var random = new Random(7);
        HashSet<int> wanted = [];
        // Settled on the highest that such a load has.
        Size(options, 7.3 * 70 * 1.05, 0.1, 0);
        for (int second = 0; second < 600; second++)
        {
            _now += TimeSpan.FromSeconds(1);
            wanted.Add(Size(options, 7.3 * 70 * (0.95 + (0.1 * random.NextDouble())), 0.1, 0).Wanted);
        }

        Assert.Single(wanted);
    }

    [Fact]
    public void Size_LoadFalls_FollowsAfterTheWindowOfItsHighest()
    {
        var options = new PoolAllocationOptions { Slots = 10, FallWindow = TimeSpan.FromSeconds(60) };
        Assert.Equal(10, Size(options, 700, 0.1, 0).Wanted);
        for (int second = 1; second < 60; second++)
        {
            _now = Start.AddSeconds(second);
            Assert.Equal(10, Size(options, 70, 0.1, 0).Wanted);
        }

        _now = Start.AddSeconds(60);
        Assert.Equal(1, Size(options, 70, 0.1, 0).Wanted);
        Assert.Equal(10, Size(options, 700, 0.1, 0).Wanted);
    }

    [Fact]
    public void Size_PoolWithoutNodesIsAskedFor_Wakes()
    {
        var options = new PoolAllocationOptions { Slots = 10 };
        Assert.Equal(0, Size(options, 0, 0, 0).Wanted);
        Assert.Equal(1, new PoolSizer().Size(options, new PoolTraffic("a", 0, 2, 0, 0, 0, 0, 0), 0, 1, TimeSpan.Zero, _now).Wanted);
    }

    [Fact]
    public void Size_Forecast_WantsInTimeWhatEarlierDaysBrought()
    {
        var options = new PoolAllocationOptions { Slots = 10, Forecast = true, FallWindow = TimeSpan.Zero };
        for (int minute = 0; minute < 24 * 60; minute += 5)
        {
            _now = Start.AddMinutes(minute);
            Size(options, minute is >= 600 and < 660 ? 700 : 70, 0.1, 0);
        }

        _now = Start.AddDays(1);
        Assert.Equal(1, Size(options, 70, 0.1, 0).Wanted);
        _now = Start.AddDays(1).AddMinutes(596);
        Assert.Equal(10, _sizer.Size(options, Traffic(70, 0.1, 0), 0, 1, TimeSpan.FromMinutes(5), _now).Wanted);
    }

    [Fact]
    public void Size_LeastAndMost_Hold()
    {
        Assert.Equal(2, Size(new PoolAllocationOptions { Slots = 10, Minimum = 2 }, 0, 0, 0).Wanted);
        Assert.Equal(4, new PoolSizer().Size(new PoolAllocationOptions { Slots = 10, Most = 4 }, Traffic(700, 0.1, 0), 0, 1, TimeSpan.Zero, Start).Wanted);
    }

    private PoolNeed Size(PoolAllocationOptions options, double arrivals, double seconds, double utilisation) =>
        _sizer.Size(options, Traffic(arrivals, seconds, utilisation), 0, zones: 1, TimeSpan.Zero, _now);

    private static PoolTraffic Traffic(double arrivals, double seconds, double utilisation) => new("a", arrivals, 0, seconds, arrivals * seconds, 0, utilisation, utilisation > 0 ? 1 : 0);
}
