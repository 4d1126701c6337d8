using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Load;

/// <summary>Waits with the clock's own timers: as precise as they are, about a millisecond for the system's.</summary>
internal sealed class TimerPacer(RunClock clock) : IPacer
{
    private const double NanosecondsPerMillisecond = 1e6;

    public async ValueTask WaitUntil(long instant, CancellationToken cancellation)
    {
        long left;
        while ((left = instant - clock.Now) > 0)
        {
            // Task.Delay cuts to whole milliseconds: without rounding up, the last part of one would be spun away.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left / NanosecondsPerMillisecond)), clock.Time, cancellation);
        }
    }
}
