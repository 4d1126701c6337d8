namespace HashBalancer.Ring;

/// <summary>What the data plane counts for one node of one pool; it outlives every snapshot the node stands in.</summary>
/// <remarks>Thread-safe and lock-free. The proxy writes, the control plane and telemetry read.</remarks>
public sealed class NodeLoad
{
    private long _inFlight;
    private long _completed;
    private long _failed;
    private object? _attachment;

    /// <summary>Requests sent to the node and not yet finished, by this gateway.</summary>
    public long InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Requests finished since the process started, the failed ones included.</summary>
    public long Completed => Volatile.Read(ref _completed);

    /// <summary>Requests that ended without a usable response of the node since the process started.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>What the data plane keeps for the node beside these counts, such as its outcome counters; null before <see cref="Attach"/>.</summary>
    /// <remarks>It spares the request path a look-up by id: from a node to its state is one field read. One owner alone attaches; to
    /// all others it is opaque. The volatile read pairs with the full fence of <see cref="Attach"/>: who sees the object sees
    /// it built.</remarks>
    public object? Attachment => Volatile.Read(ref _attachment);

    /// <summary>Attaches an object for good: of several callers at once the first wins; returns the object that is attached.</summary>
    /// <param name="value">Ignored when one is attached already.</param>
    public object Attach(object value) => Interlocked.CompareExchange(ref _attachment, value, null) ?? value;

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
