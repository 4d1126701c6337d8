using HashBalancer.Allocation.Policies.Filling;

namespace HashBalancer.Allocation.Policies.Capacity;

/// <summary>A pool of a <see cref="CapacityTree"/>.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Guaranteed">What it gets whenever it asks for it, 0 or more.</param>
/// <param name="Parent">The pool above it; null at the top.</param>
public sealed record CapacityPool(string Name, double Guaranteed, string? Parent = null)
{
    /// <summary>What it never gets more of. Default unlimited.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>What a leaf asks for; a parent asks for what its children do. Default unlimited.</summary>
    public double Request { get; init; } = double.PositiveInfinity;

    /// <summary>Among pools that have their guarantee, the higher is served first. Default 0.</summary>
    public int Priority { get; init; }
}

/// <summary>The outcome for one pool.</summary>
/// <param name="Share">What it got.</param>
/// <param name="Borrowed">The part of it above its guarantee.</param>
public sealed record CapacityShare(double Share, double Borrowed);

/// <summary>Guaranteed capacity with elastic lending, down a tree, over one divisible resource.</summary>
/// <remarks>See <see cref="CapacityLevel"/> for the rule of one level and its source. O(n × priorities × log n).</remarks>
public static class CapacityTree
{
    /// <summary>Divides the capacity down the tree.</summary>
    /// <returns>The share of every pool, by name.</returns>
    /// <exception cref="ArgumentException">A name stands twice, a parent is unknown, the parents form a cycle, or a number is negative.</exception>
    public static IReadOnlyDictionary<string, CapacityShare> Divide(double capacity, IReadOnlyList<CapacityPool> pools)
    {
        ArgumentNullException.ThrowIfNull(pools);
        var shares = new Dictionary<string, CapacityShare>(pools.Count, StringComparer.Ordinal);
        foreach (CapacityPool pool in pools)
        {
            if (!(pool.Guaranteed >= 0 && pool.Maximum >= 0 && pool.Request >= 0))
                throw new ArgumentException($"Pool '{pool.Name}' has guarantee {pool.Guaranteed}, maximum {pool.Maximum}, request {pool.Request}; all must be 0 or more.", nameof(pools));
            if (!shares.TryAdd(pool.Name, new CapacityShare(0, 0)))
                throw new ArgumentException($"Pool '{pool.Name}' stands twice.", nameof(pools));
        }

        if (pools.FirstOrDefault(p => p.Parent is not null && !shares.ContainsKey(p.Parent)) is { } orphan)
            throw new ArgumentException($"Pool '{orphan.Name}' has the unknown parent '{orphan.Parent}'.", nameof(pools));

        ILookup<string?, CapacityPool> children = pools.ToLookup(p => p.Parent, StringComparer.Ordinal);
        var filling = new ProgressiveFilling(resources: 1);
        if (Level(null, capacity) != pools.Count)
            throw new ArgumentException("The parents of some pools form a cycle.", nameof(pools));
        return shares;

        int Level(string? parent, double budget)
        {
            CapacityPool[] level = [.. children[parent]];
            double[] result = new double[level.Length];
            CapacityLevel.Divide(filling, budget, Array.ConvertAll(level, p => p.Guaranteed), Array.ConvertAll(level, Wanted), Array.ConvertAll(level, p => p.Priority), result);
            for (int i = 0; i < level.Length; i++)
                shares[level[i].Name] = new CapacityShare(result[i], Math.Max(0, result[i] - level[i].Guaranteed));
            return level.Length + level.Sum(pool => Level(pool.Name, shares[pool.Name].Share));
        }

        double Wanted(CapacityPool pool) =>
            Math.Min(pool.Maximum, children.Contains(pool.Name) ? children[pool.Name].Sum(Wanted) : pool.Request);
    }
}
