using System.Collections.Concurrent;

namespace HashBalancer.Ring;

/// <summary>The load of every pool and node by name and ServiceID: where the data plane's counts and the control plane's questions meet.</summary>
/// <remarks>Thread-safe. Look-ups take no lock; an entry stays the same object until it is removed.</remarks>
public sealed class LoadTable
{
    private readonly ConcurrentDictionary<string, PoolLoad> _pools = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Pool, string NodeId), NodeLoad> _nodes = new();

    /// <summary>The load of a pool, made on first use.</summary>
    public PoolLoad Of(string pool) => _pools.GetOrAdd(pool, static _ => new PoolLoad());

    /// <summary>The load of a node, made on first use.</summary>
    public NodeLoad Of(string pool, string nodeId) =>
        _nodes.TryGetValue((pool, nodeId), out NodeLoad? load) ? load : _nodes.GetOrAdd((pool, nodeId), static (_, of) => new NodeLoad(of), Of(pool));

    /// <summary>Forgets a node that is gone for good. Requests still in flight keep counting on their own reference.</summary>
    public void Remove(string pool, string nodeId) => _nodes.TryRemove((pool, nodeId), out _);

    /// <summary>Forgets a pool that is gone for good, not its nodes. Requests still in flight keep counting on their own reference.</summary>
    public void Remove(string pool) => _pools.TryRemove(pool, out _);
}
