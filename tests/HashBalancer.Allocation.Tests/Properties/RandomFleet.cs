using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Policies;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Tests.Properties;

/// <summary>Makes specifications of small fleets.</summary>
internal sealed class RandomFleet(Random random)
{
    private static readonly ResourceSet[] Sets = [new("cpu"), new("cpu", "memory"), new("cpu", "memory", "bandwidth")];

    /// <summary>Policies to draw from.</summary>
    public string[] Policies { get; init; } = [PolicyNames.Drf, PolicyNames.Fair, PolicyNames.Capacity, PolicyNames.FifoBackfill, PolicyNames.PriorityBackfill];

    /// <summary>Whether nodes are all alike and every unit of demand takes one of them.</summary>
    public bool IdenticalNodes { get; init; }

    /// <summary>Whether some pools have guarantees, maxima, filters, pins and the other limits.</summary>
    public bool WithGuarantees { get; init; } = true;

    public bool WithLimits { get; init; } = true;

    public bool WithLeases { get; init; } = true;

    /// <summary>The most nodes that a fleet has.</summary>
    public int MaximumNodes { get; init; } = 24;

    /// <summary>Draws a specification without faults.</summary>
    public FleetSpec Draw()
    {
        ResourceSet set = IdenticalNodes ? Sets[0] : Sets[random.Next(Sets.Length)];
        FleetNode[] nodes = [.. Enumerable.Range(0, random.Next(1, MaximumNodes + 1)).Select(i => Node(set, i))];
        List<PoolSpec> pools = Pools(set, nodes);
        string[] leaves = [.. pools.Where(p => p.UnitDemand.Count > 0).Select(p => p.Name)];
        return new FleetSpec(set)
        {
            Policy = Pick(Policies),
            Nodes = nodes,
            Pools = pools,
            Demands = [.. leaves.Where(_ => random.Next(8) > 0).Select(leaf => new PoolDemand(leaf, random.Next(0, 60) / (IdenticalNodes ? 4.0 : 2.0)))],
            Leases = [.. nodes.Where(_ => WithLeases && random.Next(3) > 0).Select(n => new NodeLease(n.Id, Pick(leaves), random.Next(4)))],
            AllowOvercommit = true,
        };
    }

    public static FleetSpec Shuffled(FleetSpec spec, Random random) => spec with
    {
        Nodes = Shuffle(spec.Nodes, random),
        Pools = Shuffle(spec.Pools, random),
        Demands = Shuffle(spec.Demands, random),
        Leases = Shuffle(spec.Leases, random),
    };

    private static T[] Shuffle<T>(IReadOnlyList<T> items, Random random)
    {
        T[] copy = [.. items];
        random.Shuffle(copy);
        return copy;
    }

    private FleetNode Node(ResourceSet set, int index) => new($"n{index:00}")
    {
        Capacity = set.Names.ToDictionary(r => r, _ => IdenticalNodes ? 4m : 4m * random.Next(1, 4)),
        Zone = $"z{random.Next(3)}",
        Labels = new Dictionary<string, string> { ["disk"] = random.Next(2) == 0 ? "ssd" : "hdd", ["serial"] = $"{index}" },
        Available = !WithLimits || random.Next(12) > 0,
    };

    private List<PoolSpec> Pools(ResourceSet set, FleetNode[] nodes)
    {
        var pools = new List<PoolSpec>();
        int parents = random.Next(3);
        for (int i = 0; i < parents; i++)
            pools.Add(Common(set, new PoolSpec($"team{i}") { Parent = i == 1 && random.Next(2) == 0 ? "team0" : null, Policy = Pick(Policies) }));
        int leaves = random.Next(1, 6);
        for (int i = 0; i < leaves; i++)
            pools.Add(Leaf(set, i, parents == 0 || random.Next(3) == 0 ? null : $"team{random.Next(parents)}", nodes));

        // A parent without children would be a leaf without a demand.
        foreach (PoolSpec parent in pools.Where(p => p.UnitDemand.Count == 0 && !pools.Exists(c => c.Parent == p.Name)).ToArray())
            pools.Add(Leaf(set, 90 + pools.Count, parent.Name, nodes));
        return pools;
    }

    private PoolSpec Leaf(ResourceSet set, int index, string? parent, FleetNode[] nodes)
    {
        PoolSpec pool = Common(set, new PoolSpec($"pool{index:00}") { Parent = parent });
        Dictionary<string, decimal> demand = set.Names.ToDictionary(r => r, _ => IdenticalNodes ? 4m : random.Next(5) * 0.5m);
        if (demand.Values.All(d => d == 0))
            demand[set.Names[0]] = 1;
        pool = pool with
        {
            UnitDemand = demand,
            Submitted = random.Next(4),
            Guaranteed = WithGuarantees && random.Next(2) == 0 ? demand.ToDictionary(d => d.Key, d => d.Value * random.Next(6)) : pool.Guaranteed,
            Drain = TimeSpan.FromSeconds(random.Next(1, 20)),
            Warm = TimeSpan.FromSeconds(random.Next(1, 40)),
        };
        if (!WithLimits)
            return pool;
        return pool with
        {
            Maximum = random.Next(4) == 0 ? set.Names.ToDictionary(r => r, r => Math.Max(pool.Guaranteed.GetValueOrDefault(r), random.Next(4, 60))) : pool.Maximum,
            Lendable = random.Next(6) > 0,
            Reclaimable = random.Next(6) > 0,
            MinAvailable = random.Next(3) == 0 ? random.Next(3) : 0,
            MaxUnavailable = random.Next(3) == 0 ? random.Next(1, 3) : int.MaxValue,
            Frozen = random.Next(15) == 0,
            Filter = random.Next(5) == 0 ? Filter(nodes) : null,
        };
    }

    private NodeFilter Filter(FleetNode[] nodes)
    {
        FleetNode example = nodes[random.Next(nodes.Length)];
        return random.Next(4) switch
        {
            0 => new NodeFilter { Labels = new Dictionary<string, string> { ["disk"] = example.Labels["disk"] } },
            1 => new NodeFilter { Zones = [example.Zone] },
            2 => new NodeFilter { Nodes = [.. nodes.Where(n => n == example || random.Next(2) == 0).Select(n => n.Id)] },
            _ => new NodeFilter { Except = [.. nodes.Where(n => n != example && random.Next(3) == 0).Select(n => n.Id)] },
        };
    }

    private PoolSpec Common(ResourceSet set, PoolSpec pool) => pool with
    {
        Weight = random.Next(12) == 0 ? 0 : random.Next(1, 5),
        Priority = random.Next(3),
        Maximum = WithLimits && pool.UnitDemand.Count == 0 && random.Next(5) == 0 ? set.Names.ToDictionary(r => r, _ => 200m + random.Next(100)) : pool.Maximum,
    };

    private T Pick<T>(T[] items) => items[random.Next(items.Length)];
}
