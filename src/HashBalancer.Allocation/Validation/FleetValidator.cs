using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Policies;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Validation;

/// <summary>Finds everything that is wrong with a specification.</summary>
public static class FleetValidator
{
    /// <summary>All faults; none means that a solver takes it.</summary>
    /// <param name="spec">What is declared.</param>
    /// <param name="catalog">The policies that pools may name; null for those of the library.</param>
    public static IReadOnlyList<AllocationFault> Check(FleetSpec spec, PolicyCatalog? catalog = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var faults = new FaultList();
        PoolValidator.Check(spec.Resources, spec.Policy, spec.Pools, catalog ?? PolicyCatalog.Default, faults);
        CheckNodes(spec, faults);
        CheckPlacement(spec, faults);
        CheckDemands(spec, faults);
        CheckLeases(spec, faults);
        CheckGuarantees(spec, faults);
        return faults.Faults;
    }

    /// <summary>What is wrong with one node.</summary>
    internal static void CheckNode(ResourceSet resources, FleetNode node, FaultList faults)
    {
        string subject = $"node '{node.Id}'";
        if (string.IsNullOrWhiteSpace(node.Id))
            faults.Add(subject, "Id", "is empty");
        if (faults.CheckVector(subject, "Capacity", resources, node.Capacity) && node.Capacity.Values.All(q => q == 0))
            faults.Add(subject, "Capacity", "is nothing");
    }

    /// <summary>What is wrong with one demand, given the pool it is for.</summary>
    internal static void CheckDemand(PoolDemand demand, PoolSpec? pool, bool isLeaf, FaultList faults)
    {
        string subject = $"pool '{demand.Pool}'";
        if (pool is null)
            faults.Add(subject, "Units", "there is a demand, but no such pool");
        else if (!isLeaf)
            faults.Add(subject, "Units", "there is a demand, but the pool has children, which demand for it");
        if (!double.IsFinite(demand.Units) || demand.Units < 0)
            faults.Add(subject, "Units", $"is {demand.Units}; allowed are finite numbers of 0 or more");
        else if (pool is not null && pool.UnitDemand.Values.DefaultIfEmpty().Max() is var most && Quantity.IsValid(most) && demand.Units * (double)most > (double)Quantity.Maximum)
            faults.Add(subject, "Units", $"is {demand.Units}, with which a resource exceeds {Quantity.Maximum}");
    }

    private static void CheckNodes(FleetSpec spec, FaultList faults)
    {
        var ids = new HashSet<string>(spec.Nodes.Count, StringComparer.Ordinal);
        decimal[] sums = new decimal[spec.Resources.Count];
        foreach (FleetNode node in spec.Nodes)
        {
            CheckNode(spec.Resources, node, faults);
            if (!ids.Add(node.Id))
                faults.Add($"node '{node.Id}'", "Id", "stands twice");
            foreach ((string resource, decimal quantity) in node.Capacity)
            {
                if (spec.Resources.IndexOf(resource) is >= 0 and int index && Quantity.IsValid(quantity))
                    sums[index] += quantity;
            }
        }

        for (int r = 0; r < sums.Length; r++)
        {
            if (sums[r] > Quantity.Maximum)
                faults.Add("fleet", $"Capacity.{spec.Resources.Names[r]}", $"adds up to {sums[r]}, above {Quantity.Maximum}; declare the resource in a larger unit");
        }
    }

    private static void CheckPlacement(FleetSpec spec, FaultList faults)
    {
        var pinnedTo = new Dictionary<string, string>(StringComparer.Ordinal);
        Dictionary<string, FleetNode> nodes = spec.Nodes.DistinctBy(n => n.Id, StringComparer.Ordinal).ToDictionary(n => n.Id, StringComparer.Ordinal);
        foreach (PoolSpec pool in spec.Pools)
        {
            string subject = PoolValidator.Subject(pool);
            if (pool.Filter is { } filter)
            {
                foreach (string id in filter.Nodes.Where(id => !nodes.ContainsKey(id)))
                    faults.Add(subject, "Filter.Nodes", $"node '{id}' is unknown{FaultList.Nearest(id, nodes.Keys)}");
                if (!spec.Nodes.Any(n => NodeMatch.Passes(filter, n)))
                    faults.Add(subject, "Filter", "matches no node of the fleet");
            }

            foreach (string id in pool.Pinned)
            {
                if (!nodes.TryGetValue(id, out FleetNode? node))
                    faults.Add(subject, "Pinned", $"node '{id}' is unknown{FaultList.Nearest(id, nodes.Keys)}");
                else if (pool.Filter is { } ownFilter && !NodeMatch.Passes(ownFilter, node))
                    faults.Add(subject, "Pinned", $"node '{id}' does not pass the pool's own filter");
                if (!pinnedTo.TryAdd(id, pool.Name))
                    faults.Add(subject, "Pinned", $"node '{id}' is pinned to pool '{pinnedTo[id]}' already");
            }
        }
    }

    private static void CheckDemands(FleetSpec spec, FaultList faults)
    {
        Dictionary<string, PoolSpec> pools = spec.Pools.DistinctBy(p => p.Name, StringComparer.Ordinal).ToDictionary(p => p.Name, StringComparer.Ordinal);
        HashSet<string> parents = [.. spec.Pools.Where(p => p.Parent is not null).Select(p => p.Parent!)];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (PoolDemand demand in spec.Demands)
        {
            CheckDemand(demand, pools.GetValueOrDefault(demand.Pool), !parents.Contains(demand.Pool), faults);
            if (!seen.Add(demand.Pool))
                faults.Add($"pool '{demand.Pool}'", "Units", "there are two demands");
        }
    }

    private static void CheckLeases(FleetSpec spec, FaultList faults)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (NodeLease lease in spec.Leases)
        {
            if (!seen.Add(lease.Node))
                faults.Add($"node '{lease.Node}'", "Lease", $"there are two leases, the second to pool '{lease.Pool}'");
        }
    }

    private static void CheckGuarantees(FleetSpec spec, FaultList faults)
    {
        PoolSpec[] top = [.. spec.Pools.Where(p => p.Parent is null)];
        foreach (string resource in spec.AllowOvercommit ? [] : spec.Resources.Names)
        {
            decimal guaranteed = PoolValidator.Sum(top, resource);
            decimal fleet = spec.Nodes.Sum(n => n.Capacity.TryGetValue(resource, out decimal quantity) && Quantity.IsValid(quantity) ? quantity : 0);
            if (guaranteed > fleet)
                faults.Add("fleet", $"Guaranteed.{resource}", $"the pools are guaranteed {guaranteed}, but all nodes together have {fleet}");
        }
    }
}
