using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Load;

/// <summary>Waits with the clock's own timers: as precise as they are, about a millisecond for the system's.</summary>
internal sealed class TimerPacer(RunClock clock) : IPacer
{
    private const long NanosecondsPerTick = 100;

    public async ValueTask WaitUntil(long instant, CancellationToken cancellation)
    {
        long left;
        while ((left = instant - clock.Now) > 0)
            await Task.Delay(TimeSpan.FromTicks((left + NanosecondsPerTick - 1) / NanosecondsPerTick), clock.Time, cancellation);
    }
}
