using HashBalancer.Ring;
using Yarp.ReverseProxy.Model;

namespace HashBalancer.Proxy;

/// <summary>Decides which node of a pool a request goes to.</summary>
/// <remarks>Thread-safe; takes no lock. Allocates nothing but a node's destination on its first request and after its address changed.</remarks>
internal sealed class NodeSelector(SeededSequence chance)
{
    /// <summary>What gives way when nothing else is left: a node that seems bad may still serve.</summary>
    private const NodeObstacles Waivable = NodeObstacles.Ejected | NodeObstacles.Unhealthy;

    /// <summary>The next node for a request: none that was yielded before, none with an obstacle unless all have one.</summary>
    /// <remarks>The caller counts the try in the node's <see cref="NodeLoad"/>, unless <see cref="NodeSelection.IsBegun"/>.</remarks>
    /// <param name="walk">The request's walk; moved on.</param>
    /// <returns>The default value, whose reason is none, when no node is left.</returns>
    public NodeSelection Next(ref NodeWalk walk)
    {
        if (walk.Count == NodeWalk.MostNodes)
            return default;
        NodeSelection found = Find(in walk, waived: NodeObstacles.None);
        if (found.Node is null && walk.Count == 0 && Find(in walk, Waivable) is { Node: not null } any)
            found = any with { Reason = SelectionReason.Panic };
        if (found.Node is not null)
            walk.Add(found.Node);
        return found;
    }

    /// <summary>Puts the verdict of a wait into effect: the node waited for in place of the one that <see cref="Next"/> found, or a new choice.</summary>
    /// <param name="walk">The request's walk, at the selection.</param>
    /// <param name="before">The selection whose <see cref="NodeSelection.Full"/> was waited for.</param>
    /// <param name="verdict">How the wait ended.</param>
    public NodeSelection AfterWait(ref NodeWalk walk, NodeSelection before, WaitVerdict verdict)
    {
        walk.Undo();
        if (verdict != WaitVerdict.Owner)
            return Next(ref walk);
        Node node = before.Full!;
        walk.Add(node);
        return new NodeSelection(node, NodeRuntime.Of(node).DestinationOf(node), SelectionReason.Waited) { IsBegun = true };
    }

    private NodeSelection Find(in NodeWalk walk, NodeObstacles waived)
    {
        if (walk.Hash is not { } hash)
            return WithoutKey(in walk, waived);
        if (walk.Sharers > 1 && LeastOfSharers(in walk, hash, waived) is { Node: not null } shared)
            return shared;
        if (walk.Policy.Zone is { } zone && Along(in walk, hash, zone, waived) is { Node: not null, Reason: not SelectionReason.Saturated } near)
            return near;
        return Along(in walk, hash, zone: null, waived);
    }

    /// <summary>The first node of the walk that can be used and is under its bound; when all are over it, the first that can be used.</summary>
    private static NodeSelection Along(in NodeWalk walk, ulong hash, string? zone, NodeObstacles waived)
    {
        PoolSnapshot view = walk.View;
        NodeSelection firstFull = default;
        bool isOwner = true;
        foreach (int slot in view.Ring.Walk(hash))
        {
            Node node = view.NodeAt(slot);
            if ((zone is not null && node.Zone != zone) || Usable(in walk, node, waived) is not { } destination)
            {
                // Within a zone, the first node of the zone owns the key.
                isOwner &= zone is not null && node.Zone != zone;
                continue;
            }

            if (!NodeRoom.IsFull(walk.Policy, view, node))
            {
                SelectionReason reason = firstFull.Node is not null ? SelectionReason.Spill : isOwner ? SelectionReason.Owner : SelectionReason.Successor;
                return new NodeSelection(node, destination, reason) { Full = firstFull.Node };
            }

            if (firstFull.Node is null)
                firstFull = new NodeSelection(node, destination, SelectionReason.Saturated) { Full = node };
            isOwner = false;
        }

        return firstFull;
    }

    /// <summary>The least loaded of a hot key's first usable nodes, now and lately; the earlier of equals.</summary>
    private static NodeSelection LeastOfSharers(in NodeWalk walk, ulong hash, NodeObstacles waived)
    {
        PoolSnapshot view = walk.View;
        NodeSelection least = default;
        int left = walk.Sharers;
        foreach (int slot in view.Ring.Walk(hash))
        {
            Node node = view.NodeAt(slot);
            if (Usable(in walk, node, waived) is not { } destination || NodeRoom.IsAtLimit(walk.Policy, node))
                continue;
            if (least.Node is null || HasFewer(walk.Policy, node, least.Node, HandicapOf(node) / HandicapOf(least.Node)))
                least = new NodeSelection(node, destination, SelectionReason.HotKey);
            if (--left == 0)
                break;
        }

        return least;
    }

    /// <summary>The less loaded of two nodes drawn by chance (Mitzenmacher, "The Power of Two Choices in
    /// Randomized Load Balancing", 1996): near the least loaded, without all gateways rushing to the same one.</summary>
    private NodeSelection WithoutKey(in NodeWalk walk, NodeObstacles waived)
    {
        int slots = walk.View.Ring.SlotCount;
        if (slots == 0)
            return default;

        // The second draw is from the slots but the first, so that a pool of two is always compared.
        ulong random = chance.Next();
        int first = (int)((uint)random % (uint)slots);
        NodeSelection one = FirstUsableFrom(in walk, first, except: null, waived, heedsLimit: true);
        if (one.Node is null && walk.Policy.NodeLimit > 0)
            return FirstUsableFrom(in walk, first, except: null, waived, heedsLimit: false) is { Node: not null } any ? any with { Reason = SelectionReason.Saturated } : default;
        if (one.Node is null || slots == 1)
            return one;
        int second = (int)((first + 1 + ((uint)(random >> 32) % (uint)(slots - 1))) % slots);
        NodeSelection other = FirstUsableFrom(in walk, second, except: one.Node, waived, heedsLimit: true);
        return other.Node is null || !IsLessLoaded(walk.Policy, other.Node, one.Node) ? one : other;
    }

    /// <summary>Steps over free slots, nodes of weight 0, nodes that cannot be used and nodes at their limit; all are rare.</summary>
    private static NodeSelection FirstUsableFrom(in NodeWalk walk, int start, Node? except, NodeObstacles waived, bool heedsLimit)
    {
        PoolSnapshot view = walk.View;
        int slots = view.Ring.SlotCount;
        for (int i = 0; i < slots; i++)
        {
            int slot = (start + i) % slots;
            if (view.Ring.MemberAt(slot) is not { Weight: > 0 })
                continue;
            Node node = view.NodeAt(slot);
            if (!ReferenceEquals(node, except) && !(heedsLimit && NodeRoom.IsAtLimit(walk.Policy, node)) && Usable(in walk, node, waived) is { } destination)
                return new NodeSelection(node, destination, SelectionReason.LeastLoaded);
        }

        return default;
    }

    private static DestinationState? Usable(in NodeWalk walk, Node node, NodeObstacles waived)
    {
        NodeRuntime runtime = NodeRuntime.Of(node);
        return (runtime.Obstacles & ~waived) != NodeObstacles.None || walk.Has(node) ? null : runtime.DestinationOf(node);
    }

    /// <summary>Counts the request itself, so that weight decides between idle nodes too.</summary>
    /// <param name="policy">The pool's.</param>
    /// <param name="node">The one.</param>
    /// <param name="than">The other.</param>
    /// <param name="handicap">What each request of the one counts, in those of the other.</param>
    private static bool HasFewer(PoolPolicy policy, Node node, Node than, double handicap = 1) =>
        handicap * BurdenOf(node) * than.Weight * PaceOf(policy, than) < BurdenOf(than) * node.Weight * PaceOf(policy, node);

    /// <summary>An idle node is as good as any other, whatever its answers took: without a request it could never show that it is fast again.</summary>
    private static double PaceOf(PoolPolicy policy, Node node) => node.Load.InFlight == 0 ? 1 : NodeRoom.PaceOf(policy, node);

    /// <summary>None for an idle node: where hardly anybody asks, a key stays with its owner.</summary>
    private static double HandicapOf(Node node) => node.Load.InFlight == 0 ? 1 : NodeRuntime.Of(node).Handicap.Value;

    /// <summary>By requests in flight, times the latency of each node once both have one: the time until the request is done.</summary>
    private static bool IsLessLoaded(PoolPolicy policy, Node node, Node than)
    {
        double latency = node.Load.Latency.Ticks, others = than.Load.Latency.Ticks;
        return latency > 0 && others > 0
            ? BurdenOf(node) * latency * than.Weight < BurdenOf(than) * others * node.Weight
            : HasFewer(policy, node, than);
    }

    /// <summary>The requests that the node has in flight and this one, heavier by its failures: errors come fast and would make it look idle.</summary>
    private static double BurdenOf(Node node) => (node.Load.InFlight + 1) * NodeRuntime.Of(node).Health.Burden;
}
