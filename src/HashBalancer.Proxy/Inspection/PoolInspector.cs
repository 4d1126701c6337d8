using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Shows pools and nodes as the data plane sees them; nothing is counted, and nothing changes.</summary>
/// <remarks>Thread-safe. Cost: linear in what is shown.</remarks>
public sealed class PoolInspector
{
    private readonly PoolPolicies _pools;
    private readonly SnapshotStore _snapshots;

    internal PoolInspector(PoolPolicies pools, SnapshotStore snapshots)
    {
        _pools = pools;
        _snapshots = snapshots;
    }

    /// <summary>Every pool, in order of name.</summary>
    public IReadOnlyList<PoolView> Pools()
    {
        Snapshot snapshot = _snapshots.Current;
        return [.. _pools.All.OrderBy(pool => pool.Name, StringComparer.Ordinal).Select(pool => Of(pool, snapshot.Pools.GetValueOrDefault(pool.Name)))];
    }

    /// <summary>One pool; null when there is none of that name.</summary>
    /// <param name="pool">Its name, compared without regard to case.</param>
    public PoolView? Pool(string pool) =>
        _pools.TryGetPool(pool, out Pool? known) ? Of(known, _snapshots.Current.Pools.GetValueOrDefault(known.Name)) : null;

    /// <summary>The nodes of a pool in order of id; null when there is no such pool.</summary>
    /// <param name="pool">Its name, compared without regard to case.</param>
    public IReadOnlyList<NodeView>? Nodes(string pool)
    {
        if (!_pools.TryGetPool(pool, out Pool? known))
            return null;
        return _snapshots.Current.Pools.TryGetValue(known.Name, out PoolSnapshot? view) ? [.. view.Nodes.Select(node => Of(known.Policy, view, node))] : [];
    }

    /// <summary>One node; null when there is none.</summary>
    /// <param name="pool">The pool's name, compared without regard to case.</param>
    /// <param name="node">The node's id.</param>
    public NodeView? Node(string pool, string node) =>
        _pools.TryGetPool(pool, out Pool? known) && _snapshots.Current.Pools.TryGetValue(known.Name, out PoolSnapshot? view)
        && view.Nodes.FirstOrDefault(one => one.Id == node) is { } found
            ? Of(known.Policy, view, found)
            : null;

    private static PoolView Of(Pool pool, PoolSnapshot? view)
    {
        PoolRuntime runtime = pool.Runtime;
        return new PoolView(
            pool.Name,
            view?.Source ?? MembershipSource.None,
            [.. pool.Policy.HashKeys.Sources],
            CountOf(view, NodeState.Up),
            CountOf(view, NodeState.Draining),
            CountOf(view, NodeState.Down),
            view?.Nodes.Count(node => !NodeRuntime.Of(node).Health.IsSound) ?? 0,
            view?.Nodes.Sum(node => node.Load.InFlight) ?? 0,
            pool.Gate?.Waiting ?? 0,
            runtime.Affinity.Count,
            runtime.HotKeys?.Count ?? 0,
            runtime.IsPanicking,
            view?.AssignmentVersion ?? 0,
            view?.Ring.Overrides.Length ?? 0,
            SelectionReasons.All.ToDictionary(reason => reason.Name(), runtime.Of, StringComparer.Ordinal),
            ErrorReasons.All.Where(reason => runtime.Of(reason) > 0).ToDictionary(reason => reason.Name(), runtime.Of, StringComparer.Ordinal));
    }

    private static int CountOf(PoolSnapshot? view, NodeState state) => view?.Nodes.Count(node => node.State == state) ?? 0;

    private static NodeView Of(PoolPolicy policy, PoolSnapshot view, Node node)
    {
        NodeRuntime runtime = NodeRuntime.Of(node);
        return new NodeView(
            node.Id,
            node.Address,
            node.Zone,
            node.State,
            node.Weight,
            view.Ring.TryGetSlot(node.Id, out int slot) ? view.Ring.ShareAt(slot) : 0,
            node.Load.InFlight,
            node.Load.Completed,
            node.Load.Failed,
            node.Load.Latency.TotalSeconds,
            node.Load.Reports > 0 ? node.Load.Utilisation : null,
            runtime.Pace,
            runtime.Handicap.Value,
            NodeRoom.IsFull(policy, view, node),
            runtime.Obstacles.Names(),
            Outcomes.All.Where(outcome => runtime.Counts.Of(outcome) > 0).ToDictionary(outcome => outcome.CodeClass(), runtime.Counts.Of, StringComparer.Ordinal));
    }
}
