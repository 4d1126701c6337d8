using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Policies;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Validation;

/// <summary>Finds what is wrong with pools, each by itself and in the tree.</summary>
internal static class PoolValidator
{
    private const double MaximumWeight = 1_000_000;

    public static void Check(ResourceSet resources, string rootPolicy, IReadOnlyList<PoolSpec> pools, PolicyCatalog catalog, FaultList faults)
    {
        if (catalog.Find(rootPolicy) is null)
            faults.Add("fleet", "Policy", UnknownPolicy(rootPolicy, catalog));
        var byName = new Dictionary<string, PoolSpec>(pools.Count, StringComparer.Ordinal);
        foreach (PoolSpec pool in pools)
        {
            if (string.IsNullOrWhiteSpace(pool.Name))
                faults.Add("pool ''", "Name", "is empty");
            else if (!byName.TryAdd(pool.Name, pool))
                faults.Add(Subject(pool), "Name", "stands twice");
        }

        HashSet<string> parents = [.. pools.Where(p => p.Parent is not null).Select(p => p.Parent!)];
        foreach (PoolSpec pool in pools)
            CheckOne(resources, pool, isLeaf: !parents.Contains(pool.Name), byName, catalog, faults);
        CheckCycles(pools, byName, faults);
        CheckSums(pools, byName, faults);
    }

    /// <summary>Checks one pool that replaces another in the same place of the tree, and the sums that it is part of.</summary>
    public static void CheckReplacement(ResourceSet resources, PoolSpec pool, bool isLeaf, PoolSpec? parent, IEnumerable<PoolSpec> siblings, IEnumerable<PoolSpec> children, PolicyCatalog catalog, FaultList faults)
    {
        Dictionary<string, PoolSpec> family = new(StringComparer.Ordinal) { [pool.Name] = pool };
        if (parent is not null)
            family.Add(parent.Name, parent);
        CheckOne(resources, pool, isLeaf, family, catalog, faults);
        CheckSums([.. siblings, pool, .. children], family, faults);
    }

    public static string Subject(PoolSpec pool) => $"pool '{pool.Name}'";

    private static void CheckOne(ResourceSet resources, PoolSpec pool, bool isLeaf, Dictionary<string, PoolSpec> byName, PolicyCatalog catalog, FaultList faults)
    {
        string subject = Subject(pool);
        if (pool.Parent is not null && !byName.ContainsKey(pool.Parent))
            faults.Add(subject, "Parent", $"'{pool.Parent}' is unknown{FaultList.Nearest(pool.Parent, byName.Keys)}");
        if (catalog.Find(pool.Policy) is null)
            faults.Add(subject, "Policy", UnknownPolicy(pool.Policy, catalog));
        if (pool.Weight is not (>= 0 and <= MaximumWeight))
            faults.Add(subject, "Weight", $"is {pool.Weight}; allowed are 0 to {MaximumWeight:0}");
        bool fine = faults.CheckVector(subject, "Guaranteed", resources, pool.Guaranteed);
        fine &= faults.CheckVector(subject, "Maximum", resources, pool.Maximum);
        foreach ((string resource, decimal guaranteed) in pool.Guaranteed)
        {
            if (fine && pool.Maximum.TryGetValue(resource, out decimal maximum) && maximum < guaranteed)
                faults.Add(subject, $"Maximum.{resource}", $"is {maximum}, below the guarantee of {guaranteed}");
        }

        if (isLeaf)
            CheckLeaf(resources, pool, subject, faults);
        else
            CheckParent(pool, subject, faults);
    }

    private static void CheckLeaf(ResourceSet resources, PoolSpec pool, string subject, FaultList faults)
    {
        if (faults.CheckVector(subject, "UnitDemand", resources, pool.UnitDemand) && pool.UnitDemand.Values.All(q => q == 0))
            faults.Add(subject, "UnitDemand", "is nothing; a leaf must say what one unit takes");
        if (pool.MinAvailable < 0)
            faults.Add(subject, "MinAvailable", $"is {pool.MinAvailable}; allowed are 0 or more");
        if (pool.MaxUnavailable < 1)
            faults.Add(subject, "MaxUnavailable", $"is {pool.MaxUnavailable}; allowed are 1 or more");
        if (pool.Drain < TimeSpan.Zero)
            faults.Add(subject, "Drain", $"is {pool.Drain}; allowed are 0 or more");
        if (pool.Warm < TimeSpan.Zero)
            faults.Add(subject, "Warm", $"is {pool.Warm}; allowed are 0 or more");
        if (pool.Filter is not null)
            faults.CheckVector(subject, "Filter.MinimumCapacity", resources, pool.Filter.MinimumCapacity);
    }

    private static void CheckParent(PoolSpec pool, string subject, FaultList faults)
    {
        if (pool.UnitDemand.Count > 0)
            faults.Add(subject, "UnitDemand", "is given, but the pool has children, which demand for it");
        if (pool.Filter is not null)
            faults.Add(subject, "Filter", "is given, but the pool has children; filters belong to leaves");
        if (pool.Pinned.Count > 0)
            faults.Add(subject, "Pinned", "is given, but the pool has children; pins belong to leaves");
    }

    private static void CheckCycles(IReadOnlyList<PoolSpec> pools, Dictionary<string, PoolSpec> byName, FaultList faults)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (PoolSpec start in pools)
        {
            var path = new List<string>();
            string? name = start.Name;
            while (name is not null && known.Add(name) && byName.TryGetValue(name, out PoolSpec? pool))
            {
                path.Add(name);
                name = pool.Parent;
            }

            int repeated = name is null ? -1 : path.IndexOf(name);
            if (repeated >= 0)
                faults.Add($"pool '{name}'", "Parent", $"is part of a cycle: {string.Join(" → ", path.Skip(repeated).Append(name))}");
        }
    }

    /// <summary>What children are guaranteed must fit in what their parent may hold and, where it has a guarantee, in that.</summary>
    private static void CheckSums(IEnumerable<PoolSpec> pools, Dictionary<string, PoolSpec> byName, FaultList faults)
    {
        foreach (IGrouping<string, PoolSpec> children in pools.Where(p => p.Parent is not null).GroupBy(p => p.Parent!, StringComparer.Ordinal))
        {
            if (!byName.TryGetValue(children.Key, out PoolSpec? parent))
                continue;
            foreach (string resource in children.SelectMany(c => c.Guaranteed.Keys).Distinct(StringComparer.Ordinal))
            {
                decimal sum = Sum(children, resource);
                if (parent.Guaranteed.TryGetValue(resource, out decimal guaranteed) && sum > guaranteed)
                    faults.Add(Subject(parent), $"Guaranteed.{resource}", $"is {guaranteed}, but its children are guaranteed {sum}");
                if (parent.Maximum.TryGetValue(resource, out decimal maximum) && sum > maximum)
                    faults.Add(Subject(parent), $"Maximum.{resource}", $"is {maximum}, but its children are guaranteed {sum}");
            }
        }
    }

    /// <summary>The sum of valid guarantees; others are reported where they stand.</summary>
    public static decimal Sum(IEnumerable<PoolSpec> pools, string resource) =>
        pools.Sum(p => p.Guaranteed.TryGetValue(resource, out decimal quantity) && Quantity.IsValid(quantity) ? quantity : 0);

    private static string UnknownPolicy(string name, PolicyCatalog catalog) =>
        $"'{name}' is unknown{FaultList.Nearest(name, catalog.Names)}; known are {string.Join(", ", catalog.Names)}";
}
