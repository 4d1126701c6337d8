using System.Globalization;
using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Says where a key's next request would go, by the code that chooses for requests; nothing is counted, and nothing changes.</summary>
/// <remarks>Thread-safe. Cost: that of choosing, and of a look at eight nodes.</remarks>
public sealed class KeyExplainer
{
    private readonly PoolPolicies _pools;
    private readonly SnapshotStore _snapshots;
    private readonly NodeSelector _selector;

    internal KeyExplainer(PoolPolicies pools, SnapshotStore snapshots, NodeSelector selector)
    {
        _pools = pools;
        _snapshots = snapshots;
        _selector = selector;
    }

    /// <summary>Explains a key; null when there is no such pool.</summary>
    /// <param name="pool">The pool's name, compared without regard to case.</param>
    /// <param name="key">The key as the pool's sources yield it, forms such as lower case applied.</param>
    public KeyExplanation? Explain(string pool, string key)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(key);
        Snapshot snapshot = _snapshots.Current;
        if (!_pools.TryGetPool(pool, out Pool? known) || !snapshot.Pools.TryGetValue(known.Name, out PoolSnapshot? view))
            return null;
        ulong hash = KeyHash.Of(key);
        int sharers = known.Policy.ShareHotKeys ? known.Runtime.HotKeys?.SharersOf(hash) ?? 1 : 1;
        var walk = new NodeWalk(known.Policy, view, hash) { Sharers = sharers };
        NodeSelection selection = _selector.Next(ref walk);
        RingArc? arc = view.Ring.ArcAt(hash);
        int home = view.Ring.OwnerByPoints(hash);
        return new KeyExplanation(
            known.Name,
            hash.ToString("x16", CultureInfo.InvariantCulture),
            arc is { } stretch ? new ArcExplanation(stretch.First, stretch.Last, stretch.Share, stretch.IsOverride) : null,
            view.Owner(hash)?.Id,
            home >= 0 ? view.NodeAt(home).Id : null,
            view.AssignmentVersion,
            snapshot.Version,
            sharers,
            selection.Node?.Id,
            selection.Reason.Name(),
            Pool.MustWait(in walk, in selection),
            Along(known.Policy, view, hash),
            [.. view.Nodes.Where(node => !view.Ring.TryGetSlot(node.Id, out _)).Select(node => new AsideNode(node.Id, node.State))]);
    }

    private static List<NodeExplanation> Along(PoolPolicy policy, PoolSnapshot view, ulong hash)
    {
        List<NodeExplanation> nodes = [];
        foreach (int slot in view.Ring.Walk(hash))
        {
            Node node = view.NodeAt(slot);
            NodeRuntime runtime = NodeRuntime.Of(node);
            nodes.Add(new NodeExplanation(
                node.Id, node.Address, node.Zone, node.Weight, node.Load.InFlight, NodeRoom.IsFull(policy, view, node), runtime.Pace, runtime.Handicap.Value,
                runtime.Obstacles.Names()));
            if (nodes.Count == NodeWalk.MostNodes)
                break;
        }

        return nodes;
    }
}
