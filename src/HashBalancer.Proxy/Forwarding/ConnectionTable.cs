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

    /// <summary>Connections open now.</summary>
    public int Count => _known.Values.Sum(connections => connections?.Count ?? 0);

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
