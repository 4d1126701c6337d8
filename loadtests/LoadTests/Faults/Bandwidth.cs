namespace HashBalancer.LoadTests.Faults;

/// <summary>Paces bytes of several connections to one rate together. Thread-safe.</summary>
internal sealed class Bandwidth(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _freeAt;

    /// <summary>Waits until so many bytes may pass at so many bytes per second.</summary>
    public Task Take(int bytes, long bytesPerSecond, CancellationToken cancellation)
    {
        TimeSpan wait;
        lock (_lock)
        {
            long now = time.GetTimestamp();
            _freeAt = Math.Max(_freeAt, now) + (long)((double)bytes / bytesPerSecond * time.TimestampFrequency);
            wait = time.GetElapsedTime(now, _freeAt);
        }

        return Task.Delay(wait, time, cancellation);
    }
}
