using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Draws conclusions from what requests counted, four times a second for every pool: which keys are hot, which nodes are slow or busier than others, how long is long, how much is too much.</summary>
/// <remarks>Often enough that a flash key is shared well within the 2 s that it may take; seldom enough to cost nothing.</remarks>
internal sealed class PoolReviser(PoolPolicies pools, SnapshotStore snapshots, LoadTable loads, TimeProvider time) : PoolRounds(pools, snapshots, time, Interval)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly NodePaces _paces = new();
    private readonly NodeHandicaps _handicaps = new();

    protected override void Look(Pool pool, PoolSnapshot view, long round)
    {
        if (pool.Policy.Retry.HedgeQuantile is > 0 and double quantile)
            pool.Runtime.Latencies.Revise(quantile);
        if (pool.Runtime.HotKeys is { } hotKeys)
        {
            hotKeys.Revise(view.Ring.ServingCount, view.AgreedHotKeys);
            if (view.Nodes is [var any, ..])
                any.Load.Pool.CountHotKeysBy(hotKeys.Sketch);
        }

        _paces.Revise(view);
        _handicaps.Revise(view, Interval);
        pool.Gate?.Revise(view);
        loads.Of(view.Name).Note(
            pool.Runtime.Of(ErrorReason.QueueFull) + pool.Runtime.Of(ErrorReason.Shed) + pool.Runtime.Of(ErrorReason.QueueTimeout)
            + pool.Runtime.Of(ErrorReason.NoNodes) + pool.Runtime.Of(ErrorReason.NoServingNode),
            pool.Gate?.Waiting ?? 0);
    }
}
