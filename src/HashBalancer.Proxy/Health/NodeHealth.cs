namespace HashBalancer.Proxy;

/// <summary>What a node's answers say about it, and whether it is ejected.</summary>
/// <remarks>Thread-safe and lock-free. A circuit breaker as well: an ejected node is an open circuit, the one probe after its time a half-open one.</remarks>
internal sealed class NodeHealth
{
    private const int Sound = 0;
    private const int Ejected = 1;
    private const int HalfOpen = 2;
    private const int Probing = 3;

    /// <summary>Requests below which one failure alone would weigh too much.</summary>
    private const int LeastKnown = 10;

    private int _state;
    private int _failuresInARow;
    private int _ejections;
    private long _windowStart;
    private int _windowTotal;
    private int _windowFailed;
    private readonly long[] _ejectionsFor = new long[EjectionReasons.All.Length];

    /// <summary>Whether the node takes every request; the one question of the hot path.</summary>
    public bool IsSound => Volatile.Read(ref _state) == Sound;

    /// <summary>How much heavier each of its requests counts when nodes are compared: (1 − f)⁻², f the share of failures, at most 0.9.</summary>
    /// <remarks>A node that fails a share f at once has that much less in flight, which (1 − f)⁻¹ would make even; it is to be no more
    /// than even.</remarks>
    public double Burden
    {
        get
        {
            int failed = Volatile.Read(ref _windowFailed);
            // Whose time is over must get its probe.
            if (failed == 0 || AwaitsProbe)
                return 1;
            double succeeds = 1 - Math.Min(0.9, (double)failed / Math.Max(Volatile.Read(ref _windowTotal), LeastKnown));
            return 1 / (succeeds * succeeds);
        }
    }

    /// <summary>How often the node was ejected.</summary>
    public long EjectionsEver => EjectionReasons.All.Sum(EjectionsFor);

    /// <summary>How often the node was ejected for a reason.</summary>
    public long EjectionsFor(EjectionReason reason) => Volatile.Read(ref _ejectionsFor[(int)reason]);

    /// <summary>Whether the next request is the node's probe.</summary>
    public bool AwaitsProbe => Volatile.Read(ref _state) == HalfOpen;

    /// <summary>Ends the time of an ejection: the next request is a probe. False when the node is not ejected any more.</summary>
    public bool AwaitProbe() => Interlocked.CompareExchange(ref _state, HalfOpen, Ejected) == Ejected;

    /// <summary>Makes a request the probe; false when the node awaits none.</summary>
    public bool BeginProbe() => Interlocked.CompareExchange(ref _state, Probing, HalfOpen) == HalfOpen;

    /// <summary>Counts how a request ended; returns what is to become of the node.</summary>
    /// <param name="failed">Whether it failed.</param>
    /// <param name="policy">The pool's policy.</param>
    /// <param name="time">The clock.</param>
    /// <param name="reason">Why the node is to be ejected, if it is.</param>
    public HealthVerdict Report(bool failed, OutlierPolicy policy, TimeProvider time, out EjectionReason reason)
    {
        reason = EjectionReason.ConsecutiveFailures;
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
        switch (Volatile.Read(ref _state))
        {
            case Probing:
                reason = EjectionReason.Probe;
                return HealthVerdict.Eject;
            case Sound:
                // Asked now and then only: where the pool has as many ejected nodes as it may, the answer is no each time.
                if (inARow % policy.ConsecutiveFailures == 0)
                    return HealthVerdict.Eject;
                reason = EjectionReason.FailureShare;
                return byShare ? HealthVerdict.Eject : HealthVerdict.Keep;
            default:
                return HealthVerdict.Keep;
        }
    }

    /// <summary>A probe that ended without a word about the node: the next request is one.</summary>
    public void ForgetProbe() => Interlocked.CompareExchange(ref _state, HalfOpen, Probing);

    /// <summary>Ejects the node; returns for how long, which grows with every time in a row. Callers exclude each other.</summary>
    public TimeSpan Eject(OutlierPolicy policy, EjectionReason reason)
    {
        _ejections++;
        Interlocked.Increment(ref _ejectionsFor[(int)reason]);
        Volatile.Write(ref _state, Ejected);
        return TimeSpan.FromTicks((long)Math.Min((double)policy.EjectionTime.Ticks * _ejections, policy.MaxEjectionTime.Ticks));
    }

    /// <summary>Begins a new window when the present one is over: a node that gets no requests is not to be judged by old ones.</summary>
    public void EndWindow(OutlierPolicy policy, TimeProvider time)
    {
        long now = time.GetTimestamp();
        long start = Volatile.Read(ref _windowStart);
        if (time.GetElapsedTime(start, now) <= policy.Window || Interlocked.CompareExchange(ref _windowStart, now, start) != start)
            return;
        Volatile.Write(ref _windowTotal, 0);
        Volatile.Write(ref _windowFailed, 0);
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
        EndWindow(policy, time);
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
