using HashBalancer.Testing;

namespace HashBalancer.Transport.Tests;

public sealed class IoWatchTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Longest_OfSeveral_IsTakenOnce()
    {
        var watch = new IoWatch(_time);
        foreach (int milliseconds in (int[])[3, 7, 5])
            Hold(watch, milliseconds);

        Assert.Equal(TimeSpan.FromMilliseconds(7), watch.TakeLongest());
        Assert.Equal(TimeSpan.Zero, watch.TakeLongest());
    }

    [Fact]
    public void Slow_CountsWhatIsOverTheLimit()
    {
        var watch = new IoWatch(_time);
        foreach (int milliseconds in (int[])[10, 11, 200])
            Hold(watch, milliseconds);

        Assert.Equal(2, watch.Slow);
    }

    private void Hold(IoWatch watch, int milliseconds)
    {
        long begun = watch.Begin();
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        watch.End(begun);
    }
}
