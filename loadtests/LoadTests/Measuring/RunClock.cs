namespace HashBalancer.LoadTests.Measuring;

/// <summary>Nanoseconds since the clock was made, from a monotonic source. Thread-safe.</summary>
internal sealed class RunClock(TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();
    private readonly double _nanosecondsPerTick = 1e9 / time.TimestampFrequency;

    public TimeProvider Time { get; } = time;

    public long Now => (long)((Time.GetTimestamp() - _origin) * _nanosecondsPerTick);
}
