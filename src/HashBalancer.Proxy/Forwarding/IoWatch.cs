namespace HashBalancer.Proxy;

/// <summary>Watches how long what a socket's completion sets off keeps its thread: with inline I/O, all other sockets of that thread wait meanwhile.</summary>
/// <remarks>Thread-safe and lock-free; two readings of the clock each.</remarks>
internal sealed class IoWatch(TimeProvider time)
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

    /// <summary>The thread is free again.</summary>
    public void End(long begun)
    {
        long took = time.GetTimestamp() - begun;
        if (took > _limit)
            Interlocked.Increment(ref _slow);
        long longest;
        while (took > (longest = Volatile.Read(ref _longest)) && Interlocked.CompareExchange(ref _longest, took, longest) != longest)
        {
            // Another thread was kept longer meanwhile.
        }
    }

    /// <summary>The longest since this was asked last.</summary>
    public TimeSpan TakeLongest() => TimeSpan.FromSeconds((double)Interlocked.Exchange(ref _longest, 0) / time.TimestampFrequency);
}
