namespace HashBalancer.Allocation.Policies.Fair;

/// <summary>Which pools count when a tree is divided.</summary>
public enum FairShareKind
{
    /// <summary>Every pool counts, whether it runs anything or not: what a pool is entitled to in the long run.</summary>
    Steady,

    /// <summary>Only pools with an active leaf count; the part of an idle pool goes to its siblings first.</summary>
    Instantaneous,
}

/// <summary>A pool of a <see cref="FairTree"/>.</summary>
/// <param name="Claim">Its name, weight and limits.</param>
/// <param name="Parent">The pool above it; null at the top.</param>
/// <param name="Active">Whether a leaf runs something; ignored for pools that have children.</param>
public sealed record FairTreePool(FairClaim Claim, string? Parent = null, bool Active = true);

/// <summary>Max-min fairness down a tree: every level divides what its parent got (Hadoop FairScheduler, steady and instantaneous).</summary>
public static class FairTree
{
    /// <summary>Divides the capacity down the tree.</summary>
    /// <param name="capacity">0 or more.</param>
    /// <param name="pools">Parents and children in any order.</param>
    /// <param name="kind">Who counts. The request is part of the ceiling, so leave it out for steady shares.</param>
    /// <returns>The share of every pool, by name.</returns>
    /// <exception cref="ArgumentException">A name stands twice, a parent is unknown, or the parents form a cycle.</exception>
    public static IReadOnlyDictionary<string, double> Divide(double capacity, IReadOnlyList<FairTreePool> pools, FairShareKind kind)
    {
        ArgumentNullException.ThrowIfNull(pools);
        ILookup<string?, FairTreePool> children = pools.ToLookup(p => p.Parent, StringComparer.Ordinal);
        var shares = new Dictionary<string, double>(pools.Count, StringComparer.Ordinal);
        foreach (FairTreePool pool in pools)
        {
            if (!shares.TryAdd(pool.Claim.Name, 0))
                throw new ArgumentException($"Pool '{pool.Claim.Name}' stands twice.", nameof(pools));
        }

        foreach (FairTreePool pool in pools)
        {
            if (pool.Parent is not null && !shares.ContainsKey(pool.Parent))
                throw new ArgumentException($"Pool '{pool.Claim.Name}' has the unknown parent '{pool.Parent}'.", nameof(pools));
        }

        if (Level(null, capacity) != pools.Count)
            throw new ArgumentException("The parents of some pools form a cycle.", nameof(pools));
        return shares;

        int Level(string? parent, double budget)
        {
            FairTreePool[] level = [.. children[parent]];
            FairTreePool[] counted = kind == FairShareKind.Steady ? level : Array.FindAll(level, HasActiveLeaf);
            FairDivision division = MaxMinFairness.Divide(budget, Array.ConvertAll(counted, p => p.Claim));
            for (int i = 0; i < counted.Length; i++)
                shares[counted[i].Claim.Name] = division.Shares[i];
            return level.Length + level.Sum(pool => Level(pool.Claim.Name, shares[pool.Claim.Name]));
        }

        bool HasActiveLeaf(FairTreePool pool) =>
            children.Contains(pool.Claim.Name) ? children[pool.Claim.Name].Any(HasActiveLeaf) : pool.Active;
    }
}
