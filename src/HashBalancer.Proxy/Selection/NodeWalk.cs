using System.Runtime.CompilerServices;
using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>One request's way along the nodes of its pool: each call of <see cref="NodeSelector.Next"/> yields the next distinct node.</summary>
/// <remarks>A value to keep where the request is kept, across awaits too; pass it by reference, a copy goes its own way. Allocates
/// nothing. Not thread-safe.</remarks>
internal struct NodeWalk(PoolPolicy policy, PoolSnapshot view, ulong? hash)
{
    /// <summary>So many distinct nodes at most; beyond it the walk has ended.</summary>
    public const int MostNodes = 8;

    private Nodes _tried;

    /// <summary>The pool's policy when the request came.</summary>
    public readonly PoolPolicy Policy => policy;

    /// <summary>The pool as the request's snapshot has it.</summary>
    public readonly PoolSnapshot View => view;

    /// <summary>The hash of the request's key; null when it has none.</summary>
    public readonly ulong? Hash => hash;

    /// <summary>Among how many nodes a hot key is shared; 0 or 1: it is not.</summary>
    public int Sharers { readonly get; init; }

    /// <summary>How many nodes were yielded.</summary>
    public int Count { get; private set; }

    /// <summary>A walk that has yielded its first node, and was not kept.</summary>
    public static NodeWalk Of(PoolPolicy policy, PoolSnapshot view, ulong? hash, int sharers, Node first)
    {
        var walk = new NodeWalk(policy, view, hash) { Sharers = sharers };
        walk.Add(first);
        return walk;
    }

    /// <summary>Whether the node was yielded before.</summary>
    public readonly bool Has(Node node)
    {
        for (int i = 0; i < Count; i++)
        {
            if (ReferenceEquals(_tried[i], node))
                return true;
        }

        return false;
    }

    internal void Add(Node node) => _tried[Count++] = node;

    /// <summary>Takes the node yielded last back: nothing was sent to it.</summary>
    internal void Undo() => _tried[--Count] = null;

    [InlineArray(MostNodes)]
    private struct Nodes
    {
        private Node? _first;
    }
}
