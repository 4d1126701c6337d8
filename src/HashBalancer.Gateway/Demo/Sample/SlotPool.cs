namespace HashBalancer.Gateway.Demo.Sample;

/// <summary>The workers of a sample node: so many requests are served at once, the others wait in order. Thread-safe.</summary>
internal sealed class SlotPool(int slots, TimeProvider time) : IDisposable
{
    /// <summary>Over how long a node averages its own utilisation.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _free = new(slots, slots);
    private readonly Lock _lock = new();
    private int _busy;
    private double _busySeconds;
    private long _since = time.GetTimestamp();
    private long _windowStart = time.GetTimestamp();
    private double _utilisation;

    /// <summary>Takes a slot, does the work, and gives it back.</summary>
    public async Task Work(TimeSpan duration, CancellationToken stop)
    {
        await _free.WaitAsync(stop);
        Count(+1);
        try
        {
            await Task.Delay(duration, time, stop);
        }
        finally
        {
            Count(-1);
            _free.Release();
        }
    }

    /// <summary>The part of all slots that was busy in the last second or so, 0 to 1.</summary>
    public double Utilisation()
    {
        lock (_lock)
        {
            Advance();
            return _utilisation;
        }
    }

    public void Dispose() => _free.Dispose();

    private void Count(int change)
    {
        lock (_lock)
        {
            Advance();
            _busy += change;
        }
    }

    private void Advance()
    {
        long now = time.GetTimestamp();
        _busySeconds += _busy * time.GetElapsedTime(_since, now).TotalSeconds;
        _since = now;
        TimeSpan window = time.GetElapsedTime(_windowStart, now);
        if (window < Window)
            return;
        _utilisation = _busySeconds / (slots * window.TotalSeconds);
        _busySeconds = 0;
        _windowStart = now;
    }
}
