using System.Collections.Immutable;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>The nodes of one pool as one answer of the registry, or the last-known-good file, gives them.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed class PoolMembership
{
    /// <summary>Makes the membership of a pool.</summary>
    /// <param name="pool">The pool's name.</param>
    /// <param name="source">Where the nodes come from.</param>
    /// <param name="nodes">The nodes in any order; kept in order of their ids (ordinal).</param>
    /// <exception cref="ArgumentException">Two nodes have the same id, or one has a weight outside 0 to <see cref="HashRing.MaximumWeight"/>.</exception>
    public PoolMembership(string pool, MembershipSource source, IEnumerable<NodeRegistration> nodes)
    {
        ArgumentException.ThrowIfNullOrEmpty(pool);
        ArgumentNullException.ThrowIfNull(nodes);
        Pool = pool;
        Source = source;
        Nodes = [.. nodes.OrderBy(n => n.Id, StringComparer.Ordinal)];
        for (int i = 0; i < Nodes.Length; i++)
        {
            if (i > 0 && Nodes[i].Id == Nodes[i - 1].Id)
                throw new ArgumentException($"Node '{Nodes[i].Id}' stands twice in pool '{pool}'.", nameof(nodes));
            if (Nodes[i].Weight is not (>= 0 and <= HashRing.MaximumWeight))
                throw new ArgumentException($"Node '{Nodes[i].Id}' of pool '{pool}' has weight {Nodes[i].Weight}; allowed are 0 to {HashRing.MaximumWeight}.", nameof(nodes));
        }
    }

    /// <summary>The pool's name.</summary>
    public string Pool { get; }

    /// <summary>Where the nodes come from.</summary>
    public MembershipSource Source { get; }

    /// <summary>The nodes in order of their ids.</summary>
    public ImmutableArray<NodeRegistration> Nodes { get; }
}
