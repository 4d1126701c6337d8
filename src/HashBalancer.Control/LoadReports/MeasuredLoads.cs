using System.Collections.Concurrent;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>The load that this gateway measured last, by place: what rebalancing goes by, for whoever asks what another ring would do with it.</summary>
/// <remarks>Thread-safe. Nothing is known while rebalancing is off, and in the first interval.</remarks>
public sealed class MeasuredLoads
{
    private readonly ConcurrentDictionary<string, PoolSummary> _pools = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Requests per second that each node would get of the load as it was measured, if the pool had this ring; null when nothing was measured.</summary>
    /// <remarks>What no arc brings, such as hot keys that are shared, is dealt out by weight among the nodes that serve. Cost: linear in points.</remarks>
    /// <param name="pool">The pool's name.</param>
    /// <param name="ring">Any ring.</param>
    public IReadOnlyDictionary<string, double>? On(string pool, HashRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        if (!_pools.TryGetValue(pool, out PoolSummary? summary))
            return null;
        double[] rates = new double[ring.SlotCount];
        foreach (RingArc arc in ring.Arcs())
            rates[arc.Slot] += summary.Slices.Of(arc.First, arc.Last);

        double shared = summary.Nodes.Sum(node => node.SharedRate), weight = 0;
        for (int slot = 0; slot < ring.SlotCount; slot++)
            weight += ring.MemberAt(slot)?.Weight ?? 0;
        Dictionary<string, double> loads = new(ring.Count, StringComparer.Ordinal);
        for (int slot = 0; slot < ring.SlotCount; slot++)
        {
            if (ring.MemberAt(slot) is { } member)
                loads.Add(member.Id, rates[slot] + (weight > 0 ? shared * member.Weight / weight : 0));
        }

        return loads;
    }

    internal void Put(IReadOnlyDictionary<string, PoolSummary> summaries)
    {
        foreach (string gone in _pools.Keys.Where(name => !summaries.ContainsKey(name)))
            _pools.TryRemove(gone, out _);
        foreach ((string pool, PoolSummary summary) in summaries)
            _pools[pool] = summary;
    }
}
