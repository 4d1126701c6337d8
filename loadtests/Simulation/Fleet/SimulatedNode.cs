using HashBalancer.Simulation.Clock;

namespace HashBalancer.Simulation.Fleet;

/// <summary>A node with a few slots, a queue before them, and a cache.</summary>
internal sealed class SimulatedNode(VirtualTime time, FleetPlan plan)
{
    private readonly LruCache _cache = new(plan.HeldKeys);
    private readonly Queue<Visit> _queue = new();
    private int _working;
    private long _worked;
    private long _since;
    private long _workedInAll;
    private long _windowWorked;
    private long _windowSince;
    private double _reported;

    /// <summary>How fast the node works; 1 is as planned.</summary>
    public double Speed { get; set; } = 1;

    /// <summary>What the node says of itself: the part of its slots that was busy in the last second or so.</summary>
    public double Reported
    {
        get
        {
            Account();
            long window = time.Now - _windowSince;
            if (window >= TimeSpan.TicksPerSecond)
            {
                _reported = (double)(_workedInAll - _windowWorked) / (window * plan.Slots);
                (_windowWorked, _windowSince) = (_workedInAll, time.Now);
            }

            return _reported;
        }
    }

    /// <summary>Takes a request.</summary>
    public void Accept(Visit visit)
    {
        if (_working == plan.Slots)
            _queue.Enqueue(visit);
        else
            Work(visit);
    }

    /// <summary>Frees the slot of a request that is done.</summary>
    public void Done()
    {
        Account();
        _working--;
        if (_queue.TryDequeue(out Visit? next))
            Work(next);
    }

    /// <summary>The time that slots worked since the last call, as a part of all.</summary>
    /// <param name="elapsed">The time since the last call, in ticks.</param>
    public double TakeUtilisation(long elapsed)
    {
        Account();
        double share = (double)_worked / (elapsed * plan.Slots);
        _worked = 0;
        return share;
    }

    private void Work(Visit visit)
    {
        Account();
        _working++;
        visit.WasHeld = _cache.Use(visit.Key);
        TimeSpan work = visit.WasHeld ? plan.Hit : plan.Miss;
        time.Schedule(time.Now + (long)(work.Ticks * visit.Work / Speed), visit);
    }

    private void Account()
    {
        long worked = (time.Now - _since) * _working;
        _worked += worked;
        _workedInAll += worked;
        _since = time.Now;
    }
}
