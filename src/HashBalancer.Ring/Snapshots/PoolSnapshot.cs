using System.Collections.Frozen;
using System.Collections.Immutable;

namespace HashBalancer.Ring;

/// <summary>Where a pool's members come from.</summary>
public enum MembershipSource
{
    /// <summary>The registry has not answered for this pool yet.</summary>
    None,

    /// <summary>The registry's latest answer.</summary>
    Registry,

    /// <summary>What an earlier run of the gateway knew last; the registry has not answered since this one started.</summary>
    LastKnownGood,
}

/// <summary>One pool in one snapshot: its nodes and the ring of those that serve.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed class PoolSnapshot
{
    private readonly Node?[] _nodeBySlot;

    /// <summary>Makes the pool's view; <paramref name="ring"/> must have its members among the ids of <paramref name="nodes"/>.</summary>
    /// <param name="name">The pool's name: the id of its YARP cluster.</param>
    /// <param name="source">Where the nodes come from.</param>
    /// <param name="nodes">All registered nodes, those that do not serve included.</param>
    /// <param name="ring">The ring of the nodes that serve.</param>
    /// <exception cref="ArgumentException">The ring has a member that is not among the nodes, or a node stands twice.</exception>
    public PoolSnapshot(string name, MembershipSource source, ImmutableArray<Node> nodes, HashRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        Name = name;
        Source = source;
        Nodes = nodes;
        Ring = ring;
        _nodeBySlot = new Node?[ring.SlotCount];
        int placed = 0;
        foreach (Node node in nodes)
        {
            if (!ring.TryGetSlot(node.Id, out int slot))
                continue;
            if (_nodeBySlot[slot] is not null)
                throw new ArgumentException($"Node '{node.Id}' stands twice in pool '{name}'.", nameof(nodes));
            _nodeBySlot[slot] = node;
            ServingWeight += node.Weight;
            placed++;
        }

        if (placed != ring.Count)
            throw new ArgumentException($"The ring of pool '{name}' has {ring.Count} members, {placed} of them are among its nodes.", nameof(ring));
    }

    /// <summary>The pool's name: the id of its YARP cluster.</summary>
    public string Name { get; }

    /// <summary>Where the nodes come from.</summary>
    public MembershipSource Source { get; }

    /// <summary>What the control plane has to say about <see cref="Source"/>, such as why the registry has not answered; one sentence, or null.</summary>
    /// <remarks>Clients read it in the body of a 503: it names no token and no other secret.</remarks>
    public string? Note { get; init; }

    /// <summary>The version of the leader's assignment that the ring's overrides are from; 0 before the first.</summary>
    public long AssignmentVersion { get; init; }

    /// <summary>The keys that the leader has all gateways share among several nodes, by hash with the number of nodes; null before its first word.</summary>
    public FrozenDictionary<ulong, int>? AgreedHotKeys { get; init; }

    /// <summary>The ids of nodes that drain and serve on until their arcs are handed over.</summary>
    public ImmutableHashSet<string> Leaving { get; init; } = [];

    /// <summary>All registered nodes, those that do not serve included.</summary>
    public ImmutableArray<Node> Nodes { get; }

    /// <summary>The ring of the nodes that serve.</summary>
    public HashRing Ring { get; }

    /// <summary>The weight of all nodes on <see cref="Ring"/>.</summary>
    public double ServingWeight { get; }

    /// <summary>The node in a slot of <see cref="Ring"/>.</summary>
    public Node NodeAt(int slot) => _nodeBySlot[slot]!;

    /// <summary>The node that owns a hash, or null when no node serves.</summary>
    public Node? Owner(ulong hash) => Ring.Owner(hash) is >= 0 and int slot ? _nodeBySlot[slot] : null;
}
