namespace HashBalancer.Ring;

/// <summary>What the data plane counts for one node of one pool; it outlives every snapshot the node stands in.</summary>
/// <remarks>Thread-safe and lock-free. The proxy writes, the control plane and telemetry read.</remarks>
public sealed class NodeLoad
{
    private long _inFlight;
    private long _completed;
    private long _failed;

    /// <summary>Requests sent to the node and not yet finished, by this gateway.</summary>
    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Requests finished since the process started, the failed ones included.</summary>
    public long Completed => Volatile.Read(ref _completed);

    /// <summary>Requests that ended without a usable response of the node since the process started.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Counts a request sent; returns how many are in flight with it.</summary>
    public long Begin() => Interlocked.Increment(ref _inFlight);

    /// <summary>Counts a request finished.</summary>
    /// <param name="failed">Whether it ended without a usable response.</param>
    public void End(bool failed)
    {
        Interlocked.Decrement(ref _inFlight);
        Interlocked.Increment(ref _completed);
        if (failed)
            Interlocked.Increment(ref _failed);
    }
}
