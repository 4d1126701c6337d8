using HashBalancer.Consul;
using HashBalancer.Control;
using HashBalancer.Ring;
using Microsoft.Extensions.Options;

namespace HashBalancer.Gateway.Admin;

/// <summary>Holds orders against the pools that there are, and gives them.</summary>
internal sealed class PoolOrders(OperatorOrders orders, SnapshotStore snapshots)
{
    public async Task<IResult> SetWeightAsync(string pool, string node, double? weight, CancellationToken stop)
    {
        if (!snapshots.Current.Pools.TryGetValue(pool, out PoolSnapshot? view))
            return AdminProblem.NoPool(pool);
        // A node that has left may still have an order to be taken back.
        if (view.Nodes.All(one => one.Id != node) && (weight is not null || !orders.Current.WeightsOf(pool).ContainsKey(node)))
            return AdminProblem.NoNode(pool, node);
        if (weight is not (null or (>= 0 and <= HashRing.MaximumWeight)))
            return AdminProblem.Of(StatusCodes.Status400BadRequest, FormattableString.Invariant($"weight is {weight}, but must be 0 to {HashRing.MaximumWeight}."));
        return await TryAsync(orders.SetWeightAsync(view.Name, node, weight, stop), () =>
            Results.Json(
                new WeightReport(view.Name, node, snapshots.Current.Pools.GetValueOrDefault(pool)?.Nodes.FirstOrDefault(one => one.Id == node)?.Weight ?? 0, Ordered(pool, node)),
                OrderJson.Default.WeightReport));
    }

    public IResult Overrides(string pool)
    {
        if (!snapshots.Current.Pools.TryGetValue(pool, out PoolSnapshot? view))
            return AdminProblem.NoPool(pool);
        return Results.Json(
            new OverridesReport(view.Name, [.. orders.Current.OverridesOf(pool).Select(one =>
                new OverrideReport(one.First, one.Last, RingArc.ShareOf(one.First, one.Last), one.NodeId, view.Ring.TryGetSlot(one.NodeId, out _)))]),
            OrderJson.Default.OverridesReport);
    }

    public async Task<IResult> SetOverrideAsync(string pool, OverrideOrder order, CancellationToken stop)
    {
        if (!snapshots.Current.Pools.TryGetValue(pool, out PoolSnapshot? view))
            return AdminProblem.NoPool(pool);
        if (order.Node is { } node && view.Nodes.All(one => one.Id != node))
            return AdminProblem.NoNode(pool, node);
        (uint First, uint Last)? arc = order switch
        {
            { Key: { } key, First: null, Last: null } => ArcOf(view, key),
            { Key: null, First: { } first, Last: { } last } when first <= last => (first, last),
            _ => null,
        };
        if (arc is not { } stretch)
            return AdminProblem.Of(StatusCodes.Status400BadRequest, "An arc must be named: by key, while a node serves, or by first and last, first not above last.");
        if (order.Node is null && !orders.Current.OverridesOf(pool).Any(one => (one.First, one.Last) == stretch))
            return AdminProblem.Of(StatusCodes.Status404NotFound, $"No operator has given the arc from {stretch.First} to {stretch.Last} of pool '{pool}' to a node.");
        try
        {
            return await TryAsync(orders.SetOverrideAsync(view.Name, stretch.First, stretch.Last, order.Node, stop), () => Overrides(pool));
        }
        catch (ArgumentException)
        {
            return AdminProblem.Of(StatusCodes.Status409Conflict, $"The arc from {stretch.First} to {stretch.Last} overlaps another one that is ordered; take that back first.");
        }
    }

    public async Task<IResult> SetRebalancingAsync(string? pool, RebalancingMode? mode, IServiceProvider gateway, CancellationToken stop)
    {
        PoolSnapshot? view = null;
        if (pool is not null && !snapshots.Current.Pools.TryGetValue(pool, out view))
            return AdminProblem.NoPool(pool);
        if (mode is { } given && !Enum.IsDefined(given))
            return AdminProblem.Of(StatusCodes.Status400BadRequest, $"mode is {given}, but must be one of {string.Join(", ", Enum.GetNames<RebalancingMode>())}.");
        return await TryAsync(orders.SetRebalancingAsync(view?.Name, mode, stop), () => Modes(gateway));
    }

    public IResult Modes(IServiceProvider gateway)
    {
        RebalancingMode configured = gateway.GetRequiredService<IOptions<RebalancingOptions>>().Value.Mode;
        OrderBook book = orders.Current;
        return Results.Json(
            new RebalancingModes(configured, book.Rebalancing.TryGetValue("", out RebalancingMode all) ? all : null,
                new SortedDictionary<string, RebalancingMode>(snapshots.Current.Pools.Values.ToDictionary(pool => pool.Name, pool => book.RebalancingOf(pool.Name) ?? configured), StringComparer.Ordinal)),
            OrderJson.Default.RebalancingModes);
    }

    private double? Ordered(string pool, string node) => orders.Current.WeightsOf(pool).TryGetValue(node, out double weight) ? weight : null;

    /// <summary>The arc of a key: the one that is ordered, if there is one, else the ring's.</summary>
    private (uint First, uint Last)? ArcOf(PoolSnapshot view, string key)
    {
        ulong hash = KeyHash.Of(key);
        uint position = (uint)(hash >> 32);
        foreach (RingOverride one in orders.Current.OverridesOf(view.Name))
        {
            if (one.First <= position && position <= one.Last)
                return (one.First, one.Last);
        }

        return view.Ring.ArcAt(hash) is { } arc ? (arc.First, arc.Last) : null;
    }

    private static async Task<IResult> TryAsync(Task order, Func<IResult> answer)
    {
        try
        {
            await order;
            return answer();
        }
        catch (ConsulException error)
        {
            return AdminProblem.RegistryAway(error);
        }
    }
}
