using HashBalancer.Ring;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy;

/// <summary>Hands requests of a pool with a <see cref="TrafficSplit"/> to the pool that is to serve them.</summary>
/// <remarks>Thread-safe. One step: the split of the pool that a request comes to is not asked. A request that goes elsewhere is YARP's other cluster's
/// from then on, with that cluster's settings; route and transforms stay.</remarks>
internal sealed class TrafficSplitter(PoolPolicies pools, SnapshotStore snapshots, IProxyStateLookup clusters, SeededSequence chance)
{
    /// <summary>The pool that serves; the request's own when the other cannot.</summary>
    public Pool Choose(HttpContext context, Pool own, TrafficSplit split)
    {
        SplitReason reason = SplitReason.Header;
        string? name = split.ByHeader(context.Request);
        if (name is null)
        {
            reason = SplitReason.Weight;
            name = split.ByWeight(own.Policy.HashKeys.TryHash(context, out ulong hash) ? hash : chance.Next());
        }

        if (own.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        {
            own.Runtime.Traffic.Count(own.Name, reason);
            return own;
        }

        if (!pools.TryGetPool(name, out Pool? other) || !Serves(other) || !clusters.TryGetCluster(other.Name, out ClusterState? cluster))
        {
            own.Runtime.Traffic.Count(own.Name, SplitReason.Unavailable);
            return own;
        }

        own.Runtime.Traffic.Count(other.Name, reason);
        context.ReassignProxyRequest(cluster);
        return other;
    }

    private bool Serves(Pool pool) => snapshots.Current.Pools.TryGetValue(pool.Name, out PoolSnapshot? view) && view.Ring.ServingCount > 0;
}
