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
        return Check(spec, catalog ?? PolicyCatalog.Default, out _);
    }

    /// <summary>All faults, and the nodes and leases in the form in which a solver wants them when there are none.</summary>
    internal static IReadOnlyList<AllocationFault> Check(FleetSpec spec, PolicyCatalog catalog, out ParsedFleet fleet)
    {
        var faults = new FaultList();
        PoolValidator.Check(spec.Resources, spec.Policy, spec.Pools, catalog, faults);
        fleet = ParsedFleet.Of(spec, faults);
        CheckPlacement(spec.Pools, fleet.Nodes, fleet.Find, faults);
        CheckDemands(spec, faults);
        if (!spec.AllowOvercommit)
        {
            Int128[] sums = fleet.Sums;
            CheckGuarantees(spec.Pools, spec.Resources, r => (decimal)sums[r] / Quantity.Scale, faults);
        }

        return faults.Faults;
    }

    /// <summary>What is wrong with one node.</summary>
    /// <param name="resources">The resources.</param>
    /// <param name="node">The node.</param>
    /// <param name="amounts">What it has, in thousandths, as far as that is fine.</param>
    /// <param name="faults">Where faults go.</param>
    internal static void CheckNode(ResourceSet resources, FleetNode node, Span<long> amounts, FaultList faults)
    {
        // Fleets are large and nearly always fine: nothing is put into words before a fault is found.
        if (string.IsNullOrWhiteSpace(node.Id))
            faults.Add(Subject(node), "Id", "is empty");
        amounts.Clear();
        bool fine = true;
        foreach ((string resource, decimal quantity) in node.Capacity)
        {
            int index = resources.IndexOf(resource);
            long thousandths = 0;
            fine &= index >= 0 && Quantity.TryToThousandths(quantity, out thousandths);
            if (fine)
                amounts[index] = thousandths;
        }

        if (!fine)
            faults.CheckVector(Subject(node), "Capacity", resources, node.Capacity);
        else if (!amounts.ContainsAnyExcept(0))
            faults.Add(Subject(node), "Capacity", "is nothing");
    }

    internal static string Subject(FleetNode node) => $"node '{node.Id}'";

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

    /// <summary>What is wrong between pools and nodes.</summary>
    /// <param name="pools">The pools to check.</param>
    /// <param name="nodes">All nodes.</param>
    /// <param name="find">The node of an id, or null.</param>
    /// <param name="faults">Where faults go.</param>
    /// <param name="settled">Pools checked before, to whose nodes nothing else may be pinned.</param>
    internal static void CheckPlacement(
        IEnumerable<PoolSpec> pools, IEnumerable<FleetNode> nodes, Func<string, FleetNode?> find, FaultList faults, IEnumerable<PoolSpec>? settled = null)
    {
        var pinnedTo = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (PoolSpec pool in settled ?? [])
        {
            foreach (string id in pool.Pinned)
                pinnedTo.TryAdd(id, pool.Name);
        }

        foreach (PoolSpec pool in pools)
        {
            string subject = PoolValidator.Subject(pool);
            if (pool.Filter is { } filter)
            {
                foreach (string id in filter.Nodes.Where(id => find(id) is null))
                    faults.Add(subject, "Filter.Nodes", $"node '{id}' is unknown{FaultList.Nearest(id, nodes.Select(n => n.Id))}");
                if (!nodes.Any(n => NodeMatch.Passes(filter, n)))
                    faults.Add(subject, "Filter", "matches no node of the fleet");
            }

            foreach (string id in pool.Pinned)
            {
                if (find(id) is not { } node)
                    faults.Add(subject, "Pinned", $"node '{id}' is unknown{FaultList.Nearest(id, nodes.Select(n => n.Id))}");
                else if (pool.Filter is { } ownFilter && !NodeMatch.Passes(ownFilter, node))
                    faults.Add(subject, "Pinned", $"node '{id}' does not pass the pool's own filter");
                if (!pinnedTo.TryAdd(id, pool.Name))
                    faults.Add(subject, "Pinned", $"node '{id}' is pinned to pool '{pinnedTo[id]}' already");
            }
        }
    }

    /// <summary>Whether the fleet could keep all guarantees with every node up.</summary>
    /// <param name="pools">The pools.</param>
    /// <param name="resources">The resources.</param>
    /// <param name="fleet">What all nodes have together of every resource.</param>
    /// <param name="faults">Where faults go.</param>
    internal static void CheckGuarantees(IEnumerable<PoolSpec> pools, ResourceSet resources, Func<int, decimal> fleet, FaultList faults)
    {
        PoolSpec[] top = [.. pools.Where(p => p.Parent is null && p.Guaranteed.Count > 0)];
        for (int r = 0; r < resources.Count; r++)
        {
            decimal guaranteed = PoolValidator.Sum(top, resources.Names[r]);
            if (guaranteed > fleet(r))
                faults.Add("fleet", $"Guaranteed.{resources.Names[r]}", $"the pools are guaranteed {guaranteed}, but all nodes together have {fleet(r)}");
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
}
