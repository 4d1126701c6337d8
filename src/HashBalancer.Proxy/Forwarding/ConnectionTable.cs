using System.Collections.Concurrent;

namespace HashBalancer.Proxy;

/// <summary>The connections to all addresses, and the coarse clock that limits their time.</summary>
/// <remarks>Thread-safe. An address is dropped a while after its last connection was closed.</remarks>
internal sealed class ConnectionTable : IDisposable
{
    /// <summary>How exact limits of time are: one look at all connections costs less than a timer for each request.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, NodeConnections?> _byPrefix = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ITimer _timer;
    private long _now;

    public ConnectionTable(TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static table => ((ConnectionTable)table!).Sweep(), this, Tick, Tick);
    }

    /// <summary>Milliseconds, a tick exact.</summary>
    public long Now => Volatile.Read(ref _now);

    /// <summary>Connections open now.</summary>
    public int Count => _byPrefix.Values.Sum(connections => connections?.Count ?? 0);

    /// <summary>The connections to a destination; null when it is none that this path serves.</summary>
    public NodeConnections? To(string prefix)
    {
        NodeConnections? connections =
            _byPrefix.TryGetValue(prefix, out NodeConnections? known) ? known : _byPrefix.GetOrAdd(prefix, NodeConnections.To, this);
        connections?.Touch();
        return connections;
    }

    public void Dispose()
    {
        _timer.Dispose();
        foreach (NodeConnections? connections in _byPrefix.Values)
            connections?.CloseAll();
    }

    private void Sweep()
    {
        Volatile.Write(ref _now, (long)_time.GetElapsedTime(_start).TotalMilliseconds);
        foreach ((string prefix, NodeConnections? connections) in _byPrefix)
        {
            connections?.Sweep();
            // Unused for longer than a connection takes to open: no request can be about to add one.
            if (connections is { IsForgotten: true })
                _byPrefix.TryRemove(prefix, out _);
        }
    }
}
