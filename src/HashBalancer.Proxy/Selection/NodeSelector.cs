using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Decides which node of a pool a request goes to.</summary>
/// <remarks>Thread-safe; takes no lock. Allocates nothing but a node's destination on its first request and after its address changed.</remarks>
internal sealed class NodeSelector(SeededSequence chance)
{
    /// <summary>Chooses the node.</summary>
    /// <param name="pool">The pool as the request's snapshot has it.</param>
    /// <param name="hash">The hash of the request's key, or null when it has none.</param>
    public NodeSelection Select(PoolSnapshot pool, ulong? hash) => hash is { } key ? ByKey(pool, key) : WithoutKey(pool);

    /// <summary>The owner of a key, or the first node after it that requests can be sent to.</summary>
    private static NodeSelection ByKey(PoolSnapshot pool, ulong hash)
    {
        if (pool.Owner(hash) is not { } owner)
            return default;
        return NodeRuntime.Of(owner).DestinationOf(owner) is { } destination
            ? new NodeSelection(owner, destination, SelectionReason.Owner)
            : BySuccessor(pool, hash);
    }

    /// <summary>The less loaded of two nodes drawn by chance, by requests in flight over weight (Mitzenmacher, "The Power of Two Choices in
    /// Randomized Load Balancing", 1996): near the least loaded, without all gateways rushing to the same one.</summary>
    private NodeSelection WithoutKey(PoolSnapshot pool)
    {
        int slots = pool.Ring.SlotCount;
        if (slots == 0)
            return default;

        // The second draw is from the slots but the first, so that a pool of two is always compared.
        ulong random = chance.Next();
        int first = (int)((uint)random % (uint)slots);
        NodeSelection one = FirstUsableFrom(pool, first, except: null);
        if (one.Node is null || slots == 1)
            return one;
        int second = (int)((first + 1 + ((uint)(random >> 32) % (uint)(slots - 1))) % slots);
        NodeSelection other = FirstUsableFrom(pool, second, except: one.Node);
        return other.Node is null || !IsLessLoaded(other.Node, one.Node) ? one : other;
    }

    private static NodeSelection BySuccessor(PoolSnapshot pool, ulong hash)
    {
        foreach (int slot in pool.Ring.Walk(hash))
        {
            Node node = pool.NodeAt(slot);
            if (NodeRuntime.Of(node).DestinationOf(node) is { } destination)
                return new NodeSelection(node, destination, SelectionReason.Successor);
        }

        return default;
    }

    /// <summary>Steps over free slots, nodes of weight 0 and nodes without a usable address; all are rare.</summary>
    private static NodeSelection FirstUsableFrom(PoolSnapshot pool, int start, Node? except)
    {
        int slots = pool.Ring.SlotCount;
        for (int i = 0; i < slots; i++)
        {
            int slot = (start + i) % slots;
            if (pool.Ring.MemberAt(slot) is not { Weight: > 0 })
                continue;
            Node node = pool.NodeAt(slot);
            if (!ReferenceEquals(node, except) && NodeRuntime.Of(node).DestinationOf(node) is { } destination)
                return new NodeSelection(node, destination, SelectionReason.LeastLoaded);
        }

        return default;
    }

    /// <summary>Counts the request itself, so that weight decides between idle nodes too.</summary>
    private static bool IsLessLoaded(Node node, Node than) =>
        (node.Load.InFlight + 1) * than.Weight < (than.Load.InFlight + 1) * node.Weight;
}
