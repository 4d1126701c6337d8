using System.Collections.Concurrent;

namespace HashBalancer.Ring;

/// <summary>The load of every node by pool and ServiceID: where the data plane's counts and the control plane's questions meet.</summary>
/// <remarks>Thread-safe. Look-ups take no lock; a node's entry stays the same object until it is removed.</remarks>
public sealed class LoadTable
{
    private readonly ConcurrentDictionary<(string Pool, string NodeId), NodeLoad> _loads = new();

    /// <summary>The load of a node, made on first use.</summary>
    public NodeLoad Of(string pool, string nodeId) => _loads.GetOrAdd((pool, nodeId), static _ => new NodeLoad());

    /// <summary>Forgets a node that is gone for good. Requests still in flight keep counting on their own reference.</summary>
    public void Remove(string pool, string nodeId) => _loads.TryRemove((pool, nodeId), out _);
}
