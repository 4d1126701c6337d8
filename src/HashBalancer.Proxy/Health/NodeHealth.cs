namespace HashBalancer.Proxy;

/// <summary>What a node's answers say about it, and whether it is ejected.</summary>
/// <remarks>Thread-safe and lock-free. A circuit breaker as well: an ejected node is an open circuit, the one probe after its time a half-open one.</remarks>
internal sealed class NodeHealth
{
    private const int Sound = 0;
    private const int Ejected = 1;
    private const int HalfOpen = 2;
    private const int Probing = 3;

    private int _state;
    private int _failuresInARow;
    private int _ejections;
    private long _windowStart;
    private int _windowTotal;
    private int _windowFailed;
    private long _ejectionsEver;

    /// <summary>Whether the node takes every request; the one question of the hot path.</summary>
    public bool IsSound => Volatile.Read(ref _state) == Sound;

    /// <summary>How often the node was ejected.</summary>
    public long EjectionsEver => Volatile.Read(ref _ejectionsEver);

    /// <summary>Whether the next request is the node's probe.</summary>
    public bool AwaitsProbe => Volatile.Read(ref _state) == HalfOpen;

    /// <summary>Ends the time of an ejection: the next request is a probe. False when the node is not ejected any more.</summary>
    public bool AwaitProbe() => Interlocked.CompareExchange(ref _state, HalfOpen, Ejected) == Ejected;

    /// <summary>Makes a request the probe; false when the node awaits none.</summary>
    public bool BeginProbe() => Interlocked.CompareExchange(ref _state, Probing, HalfOpen) == HalfOpen;

    /// <summary>Counts how a request ended; returns what is to become of the node.</summary>
    public HealthVerdict Report(bool failed, OutlierPolicy policy, TimeProvider time)
    {
        if (!failed)
        {
            // Written only when it changes: a sound node's cache line stays shared.
            if (Volatile.Read(ref _failuresInARow) != 0)
                Volatile.Write(ref _failuresInARow, 0);
            CountInWindow(failed: false, policy, time);
            return Volatile.Read(ref _state) == Probing ? HealthVerdict.Reinstate : HealthVerdict.Keep;
        }

        int inARow = Interlocked.Increment(ref _failuresInARow);
        bool byShare = CountInWindow(failed: true, policy, time);
        return Volatile.Read(ref _state) switch
        {
            Probing => HealthVerdict.Eject,
            // Asked now and then only: where the pool has as many ejected nodes as it may, the answer is no each time.
            Sound when inARow % policy.ConsecutiveFailures == 0 || byShare => HealthVerdict.Eject,
            _ => HealthVerdict.Keep,
        };
    }

    /// <summary>A probe that ended without a word about the node: the next request is one.</summary>
    public void ForgetProbe() => Interlocked.CompareExchange(ref _state, HalfOpen, Probing);

    /// <summary>Ejects the node; returns for how long, which grows with every time in a row. Callers exclude each other.</summary>
    public TimeSpan Eject(OutlierPolicy policy)
    {
        _ejections++;
        Interlocked.Increment(ref _ejectionsEver);
        Volatile.Write(ref _state, Ejected);
        return TimeSpan.FromTicks((long)Math.Min((double)policy.EjectionTime.Ticks * _ejections, policy.MaxEjectionTime.Ticks));
    }

    /// <summary>Takes the node back. Callers exclude each other.</summary>
    /// <remarks>One ejection of those in a row is forgiven: a node that fails again at once is ejected as long as before, one that serves
    /// well between its failures is not punished for ever.</remarks>
    public void Reinstate()
    {
        _ejections = Math.Max(0, _ejections - 1);
        Volatile.Write(ref _failuresInARow, 0);
        Volatile.Write(ref _windowTotal, 0);
        Volatile.Write(ref _windowFailed, 0);
        Volatile.Write(ref _state, Sound);
    }

    /// <summary>Whether the share of failures is too high. Counts of threads that meet the window's end together may be lost: it is a statistic.</summary>
    private bool CountInWindow(bool failed, OutlierPolicy policy, TimeProvider time)
    {
        long now = time.GetTimestamp();
        long start = Volatile.Read(ref _windowStart);
        if (time.GetElapsedTime(start, now) > policy.Window && Interlocked.CompareExchange(ref _windowStart, now, start) == start)
        {
            Volatile.Write(ref _windowTotal, 0);
            Volatile.Write(ref _windowFailed, 0);
        }

        int total = Interlocked.Increment(ref _windowTotal);
        if (!failed)
            return false;
        int bad = Interlocked.Increment(ref _windowFailed);
        return total >= policy.MinimumRequests && bad >= total * policy.FailureShare && bad % policy.ConsecutiveFailures == 0;
    }
}

/// <summary>What the end of a request means for its node.</summary>
internal enum HealthVerdict
{
    Keep,
    Eject,
    Reinstate,
}
