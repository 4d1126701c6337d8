using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Policies;
using HashBalancer.Allocation.Resources;
using HashBalancer.Allocation.Solving;

namespace HashBalancer.Benchmarks.Allocation;

/// <summary>
/// A fleet as large as asked: 4 resources, 16 shapes of nodes in 5 zones, pools three levels deep under different policies, a third
/// of them guaranteed something, some with filters, limits and opt-outs; more is wanted than there is.
/// </summary>
internal static class BenchmarkFleet
{
    private static readonly ResourceSet Resources = new("cpu", "memory", "bandwidth", "connections");
    private static readonly string[] Policies = [PolicyNames.Drf, PolicyNames.Fair, PolicyNames.Capacity, PolicyNames.PriorityBackfill];

    /// <summary>Declares a fleet without leases.</summary>
    public static FleetSpec Cold(int nodes, int pools, int seed = 1)
    {
        var random = new Random(seed);
        return new FleetSpec(Resources)
        {
            Nodes = [.. Enumerable.Range(0, nodes).Select(i => Node(i, random))],
            Pools = Pools(pools, random),
            Demands = [.. Enumerable.Range(0, pools).Select(i => new PoolDemand(Leaf(i), random.Next(1, (40 * nodes / pools) + 2)))],
            AllowOvercommit = true,
        };
    }

    /// <summary>The same fleet after it has settled, and after the demand of every tenth pool has changed: what a round finds.</summary>
    public static FleetSpec Running(int nodes, int pools, int seed = 1)
    {
        FleetSpec cold = Cold(nodes, pools, seed);
        AllocationSession session = Settled(cold, new AllocatorSettings());
        var random = new Random(seed + 1);
        return cold with
        {
            Leases = session.Solve().Leases,
            Demands = [.. cold.Demands.Select((d, i) => i % 10 == 0 ? d with { Units = random.Next(1, (40 * nodes / pools) + 2) } : d)],
        };
    }

    /// <summary>A session whose moves have all been made and have all arrived.</summary>
    public static AllocationSession Settled(FleetSpec spec, AllocatorSettings settings)
    {
        var session = new AllocationSession(spec, settings);
        for (FleetAllocation allocation = session.Solve(); allocation.Plan.Considered.Count > 0; allocation = session.Solve())
        {
            session.Adopt(allocation);
            foreach (FleetNode node in spec.Nodes)
                session.NodeArrived(node.Id);
        }

        return session;
    }

    public static string Leaf(int index) => $"pool-{index:00000}";

    private static FleetNode Node(int index, Random random)
    {
        int size = 1 << random.Next(4), ratio = 1 << random.Next(4);
        return new FleetNode($"node-{index:000000}")
        {
            Capacity = new Dictionary<string, decimal>
            {
                ["cpu"] = 8 * size,
                ["memory"] = 4096 * size * ratio,
                ["bandwidth"] = 1000 * size,
                ["connections"] = 20_000,
            },
            Zone = $"zone-{random.Next(5)}",
            Labels = new Dictionary<string, string> { ["disk"] = random.Next(4) == 0 ? "hdd" : "ssd", ["host"] = $"{index}" },
        };
    }

    private static List<PoolSpec> Pools(int leaves, Random random)
    {
        int divisions = Math.Max(1, leaves / 100), teams = Math.Max(1, leaves / 10);
        var pools = new List<PoolSpec>();
        for (int i = 0; i < divisions; i++)
            pools.Add(new PoolSpec($"division-{i:0000}") { Weight = random.Next(1, 5), Policy = Policies[random.Next(Policies.Length)] });
        for (int i = 0; i < teams; i++)
        {
            pools.Add(new PoolSpec($"team-{i:0000}")
            {
                Parent = $"division-{i % divisions:0000}",
                Weight = random.Next(1, 5),
                Policy = Policies[random.Next(Policies.Length)],
                Maximum = i % 7 == 0 ? new Dictionary<string, decimal> { ["cpu"] = 100_000 } : new Dictionary<string, decimal>(),
            });
        }

        for (int i = 0; i < leaves; i++)
        {
            var demand = new Dictionary<string, decimal>
            {
                ["cpu"] = random.Next(1, 5),
                ["memory"] = 1024 * random.Next(1, 17),
                ["bandwidth"] = 50 * random.Next(1, 9),
                ["connections"] = 100 * random.Next(1, 9),
            };
            pools.Add(new PoolSpec(Leaf(i))
            {
                Parent = $"team-{i % teams:0000}",
                Weight = random.Next(1, 5),
                Priority = random.Next(3),
                UnitDemand = demand,
                Guaranteed = i % 3 == 0 ? demand.ToDictionary(d => d.Key, d => d.Value * 4) : new Dictionary<string, decimal>(),
                Reclaimable = i % 20 != 0,
                MinAvailable = i % 4 == 0 ? 2 : 0,
                MaxUnavailable = 4,
                Filter = i % 10 == 0 ? new NodeFilter { Labels = new Dictionary<string, string> { ["disk"] = "ssd" } } : null,
            });
        }

        return pools;
    }
}
