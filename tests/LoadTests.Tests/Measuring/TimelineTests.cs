using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Tests.Measuring;

public sealed class TimelineTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void Record_ByIntendedStart_GoesToItsInterval()
    {
        var timeline = new Timeline(from: 5 * Second, until: 5 * Second + 2_500_000_000);
        timeline.Record(5 * Second, 1000);
        timeline.Record(6 * Second - 1, 2000);
        timeline.Record(6 * Second, 3000);
        timeline.RecordFailure(7 * Second + 400_000_000);

        Assert.Equal((3, Second, Second / 2), (timeline.Count, timeline.Interval, timeline.LastLength));
        Assert.Equal([2L, 1L, 0L], Enumerable.Range(0, 3).Select(i => timeline.Latency(i).Count));
        Assert.Equal([0L, 0L, 1L], Enumerable.Range(0, 3).Select(timeline.Failed));
    }

    [Fact]
    public void Timeline_LongRun_HasNoMoreIntervalsThanAChartShows()
    {
        var timeline = new Timeline(0, 1800 * Second);

        Assert.Equal((120, 15 * Second, 15 * Second), (timeline.Count, timeline.Interval, timeline.LastLength));
    }
}
