using System.Collections.Concurrent;
using HashBalancer.Transport;

namespace HashBalancer.Proxy;

/// <summary>The connections to all addresses, and the coarse clock that limits their time.</summary>
/// <remarks>Thread-safe. An address is dropped a while after its last connection was closed.</remarks>
internal sealed class ConnectionTable : IDisposable
{
    /// <summary>How exact limits of time are: one look at all connections costs less than a timer for each request.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<Destination, NodeConnections?> _known = new(Destination.Comparer);
    private readonly long _start;
    private readonly ITimer _timer;
    private long _now;
    private long _opened;
    private long _closed;
    private long _failed;

    public ConnectionTable(TimeProvider time, IConnector connector)
    {
        Connector = connector;
        Time = time;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static table => ((ConnectionTable)table!).Sweep(), this, Tick, Tick);
    }

    public TimeProvider Time { get; }

    /// <summary>Opens them.</summary>
    public IConnector Connector { get; }

    /// <summary>Milliseconds, a tick exact.</summary>
    public long Now => Volatile.Read(ref _now);

    /// <summary>Connections open now. Kept as sums: a scrape asks, and addresses may be many thousands.</summary>
    public long Count => Opened - Volatile.Read(ref _closed);

    /// <summary>Connections opened since the process began.</summary>
    public long Opened => Volatile.Read(ref _opened);

    /// <summary>Attempts to open one that failed, those given up included.</summary>
    public long Failed => Volatile.Read(ref _failed);

    /// <summary>Open connections that no request uses.</summary>
    public long Idle => _known.Values.Sum(connections => (long)(connections?.IdleCount ?? 0));

    public void CountOpened() => Interlocked.Increment(ref _opened);

    public void CountClosed() => Interlocked.Increment(ref _closed);

    public void CountFailed() => Interlocked.Increment(ref _failed);

    /// <summary>The connections to a destination; null when it is none that this path serves.</summary>
    /// <param name="prefix">As YARP names a destination.</param>
    /// <param name="policy">How connections are kept; those of another policy are others.</param>
    public NodeConnections? To(string prefix, ConnectionPolicy policy)
    {
        var destination = new Destination(prefix, policy);
        NodeConnections? connections = _known.TryGetValue(destination, out NodeConnections? known)
            ? known
            : _known.GetOrAdd(destination, static (to, table) => NodeConnections.To(to.Prefix, to.Policy, table), this);
        connections?.Touch();
        return connections;
    }

    public void Dispose()
    {
        _timer.Dispose();
        foreach (NodeConnections? connections in _known.Values)
            connections?.CloseAll();
    }

    private void Sweep()
    {
        Volatile.Write(ref _now, (long)Time.GetElapsedTime(_start).TotalMilliseconds);
        foreach ((Destination destination, NodeConnections? connections) in _known)
        {
            connections?.Sweep();
            // Unused for longer than a connection takes to open: no request can be about to add one.
            if (connections is { IsForgotten: true })
                _known.TryRemove(destination, out _);
        }
    }

    /// <summary>An address with the policy in force for it; a policy is known by its object, which a changed configuration replaces.</summary>
    private readonly record struct Destination(string Prefix, ConnectionPolicy Policy)
    {
        public static IEqualityComparer<Destination> Comparer { get; } = EqualityComparer<Destination>.Create(
            static (one, other) => ReferenceEquals(one.Policy, other.Policy) && one.Prefix == other.Prefix,
            static destination => destination.Prefix.GetHashCode(StringComparison.Ordinal));
    }
}
