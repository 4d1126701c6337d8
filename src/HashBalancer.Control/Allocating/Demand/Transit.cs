using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What a gateway has to say of nodes on their way. Pure.</summary>
internal static class Transit
{
    public static IEnumerable<TransitNode> Of(FleetMap map, Snapshot snapshot)
    {
        foreach (FleetLease lease in map.Leases.Values)
        {
            if (!lease.IsUnderWay)
                continue;
            Node? node = snapshot.Pools.TryGetValue(lease.Pool!, out PoolSnapshot? pool) ? pool.Nodes.FirstOrDefault(one => one.Id == lease.Instance) : null;
            WarmUp? warmUp = node?.Load.WarmUp is { } known && ReferenceEquals(known.For, node) ? known : null;
            // Counts while warming change with every request; that it is over is news, and what came of it.
            yield return new TransitNode(
                lease.Pool!, lease.Instance!, node?.Load.InFlight ?? 0, node is { State: NodeState.Warming or NodeState.Up },
                warmUp is { IsDone: true }, warmUp is { IsDone: true } ? warmUp.Sent : 0, warmUp is { IsDone: true } ? warmUp.Failed : 0);
        }
    }
}
