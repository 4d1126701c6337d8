using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Whether a node has room under its pool's bound.</summary>
internal static class NodeRoom
{
    /// <summary>Whether one request more would put the node over the bound. The counts are read one after another: under concurrent
    /// requests the bound is kept to within those that are being placed at the moment, which is what its slack is for.</summary>
    public static bool IsFull(LoadBound? bound, PoolSnapshot view, Node node)
    {
        if (bound is null)
            return false;
        long inFlight = node.Load.InFlight;
        return inFlight > 0
            && inFlight >= bound.LimitFor(LoadBound.FairShare(node.Load.Pool.InFlight + 1, node.Weight, view.ServingWeight));
    }
}
