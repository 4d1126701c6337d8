using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Whether a node has room under its pool's bound.</summary>
internal static class NodeRoom
{
    /// <summary>The fair share from which on a node's pace counts: below it requests seldom stand in one another's way, and the latency is that of
    /// a few chance requests, such as a node's first ones, before its code is compiled.</summary>
    private const double Busy = 2;

    /// <summary>Whether one request more would put the node over the bound. The counts are read one after another: under concurrent
    /// requests the bound is kept to within those that are being placed at the moment, which is what its slack is for.</summary>
    public static bool IsFull(PoolPolicy policy, PoolSnapshot view, Node node)
    {
        if (policy.Bound is not { } bound)
            return IsAtLimit(policy, node);
        long inFlight = node.Load.InFlight;
        if (inFlight == 0)
            return false;
        if (IsAtLimit(policy, node))
            return true;
        double share = LoadBound.FairShare(node.Load.Pool.InFlight + 1, node.Weight, view.ServingWeight);
        return inFlight >= bound.LimitFor(share, share >= Busy ? PaceOf(policy, node) : 1);
    }

    /// <summary>Whether the node has as many requests as one may have. To within those that are being placed at the moment, too.</summary>
    public static bool IsAtLimit(PoolPolicy policy, Node node) => policy.NodeLimit is > 0 and int limit && node.Load.InFlight >= limit;

    /// <summary>A node's pace, where the policy heeds it.</summary>
    public static double PaceOf(PoolPolicy policy, Node node) => policy.HeedPace ? NodeRuntime.Of(node).Pace : 1;
}
