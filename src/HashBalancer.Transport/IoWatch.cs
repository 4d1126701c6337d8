namespace HashBalancer.Transport;

/// <summary>Watches how long what a socket's readiness sets off keeps its thread: with inline I/O, all other sockets of that thread wait meanwhile.</summary>
/// <remarks>Thread-safe and lock-free; a reading of the clock each.</remarks>
/// <param name="time">The clock.</param>
public sealed class IoWatch(TimeProvider time)
{
    /// <summary>A hundred requests' worth of work: nothing but a blocking call, or a machine without a core to spare, takes as long.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(10);

    private readonly long _limit = (long)(Limit.TotalSeconds * time.TimestampFrequency);
    private long _slow;
    private long _longest;

    /// <summary>How often a thread was kept for longer than <see cref="Limit"/>.</summary>
    public long Slow => Volatile.Read(ref _slow);

    /// <summary>Notes the time; to be given to <see cref="End"/>.</summary>
    public long Begin() => time.GetTimestamp();

    /// <summary>The thread is free again, or goes on with the next socket.</summary>
    /// <param name="begun">When it began, from <see cref="Begin"/> or the end before.</param>
    /// <returns>The time now.</returns>
    public long End(long begun)
    {
        long now = time.GetTimestamp();
        long took = now - begun;
        if (took > _limit)
            Interlocked.Increment(ref _slow);
        long longest;
        while (took > (longest = Volatile.Read(ref _longest)) && Interlocked.CompareExchange(ref _longest, took, longest) != longest)
        {
            // Another thread was kept longer meanwhile.
        }

        return now;
    }

    /// <summary>The longest since this was asked last.</summary>
    public TimeSpan TakeLongest() => TimeSpan.FromSeconds((double)Interlocked.Exchange(ref _longest, 0) / time.TimestampFrequency);
}
