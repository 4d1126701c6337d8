using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Nodes;

namespace HashBalancer.Comparison.Balance.Nodes;

/// <summary>One simulated node: a few slots served first come, first served, a cache, and work that takes longer for a key it does not hold.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class BalanceNode(int index, double speed, NodeWork work, RunClock clock, FleetCounts counts) : IDisposable
{
    /// <summary>How many may wait; a node that lets everybody wait answers nobody in time.</summary>
    private const int LongestQueue = 200;

    /// <summary>Over how long the utilisation that is reported is averaged.</summary>
    private const double Window = 1e9;

    private readonly SemaphoreSlim _slots = new(work.Slots);
    private readonly KeyCache<long> _cache = new(work.Cache);
    private readonly Lock _lock = new();
    private int _inside;
    private int _busy;
    private double _busyTime;
    private long _since;
    private double _windowBusyTime;
    private long _windowStart;
    private double _reported;

    public int Index { get; } = index;

    public int Slots => work.Slots;

    /// <summary>The part of the slots' time that was work since the start, in nanoseconds of one node.</summary>
    public double BusyTime
    {
        get
        {
            lock (_lock)
            {
                Advance();
                return _busyTime / work.Slots;
            }
        }
    }

    /// <summary>What it says of itself: the part of its slots that was busy in the last second or so.</summary>
    public double Utilisation
    {
        get
        {
            lock (_lock)
            {
                Advance();
                return _reported;
            }
        }
    }

    /// <summary>Works on a key.</summary>
    /// <returns>False when too many wait already.</returns>
    public async ValueTask<bool> Serve(long key)
    {
        if (Interlocked.Increment(ref _inside) > work.Slots + LongestQueue)
        {
            Interlocked.Decrement(ref _inside);
            return false;
        }

        try
        {
            await _slots.WaitAsync();
            bool isHit;
            lock (_lock)
            {
                Advance();
                _busy++;
                isHit = _cache.Use(key);
            }

            counts.Served(key, Index, isHit);
            TimeSpan takes = (isHit ? work.Hit : work.Miss) / speed;
            await Task.Delay(takes, clock.Time);
            counts.Worked(takes);
            lock (_lock)
            {
                Advance();
                _busy--;
            }

            _slots.Release();
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    public void Dispose() => _slots.Dispose();

    private void Advance()
    {
        long now = clock.Now;
        _busyTime += _busy * (double)(now - _since);
        _since = now;
        double window = now - _windowStart;
        if (window < Window)
            return;
        _reported = (_busyTime - _windowBusyTime) / (window * work.Slots);
        (_windowBusyTime, _windowStart) = (_busyTime, now);
    }
}
