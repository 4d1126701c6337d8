namespace HashBalancer.Agent;

/// <summary>Counts requests. Thread-safe and lock-free.</summary>
internal sealed class RequestCounter
{
    private long _inFlight;
    private long _finished;

    public long InFlight => Volatile.Read(ref _inFlight);

    public long Finished => Volatile.Read(ref _finished);

    public void Begin() => Interlocked.Increment(ref _inFlight);

    public void End()
    {
        Interlocked.Increment(ref _finished);
        Interlocked.Decrement(ref _inFlight);
    }
}
