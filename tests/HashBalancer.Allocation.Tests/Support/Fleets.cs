using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Tests.Support;

/// <summary>Small fleets of equal nodes with one resource.</summary>
internal static class Fleets
{
    public static ResourceSet Cpu { get; } = new("cpu");

    public static Dictionary<string, decimal> Cpus(decimal quantity) => new(StringComparer.Ordinal) { ["cpu"] = quantity };

    public static FleetNode Node(int number) => new($"n{number}") { Capacity = Cpus(1) };

    /// <summary>A pool one unit of which takes one node.</summary>
    public static PoolSpec Pool(string name) => new(name) { UnitDemand = Cpus(1) };

    /// <summary>Nodes n1, n2, … for these pools, each of which demands the whole fleet.</summary>
    public static FleetSpec Of(int nodes, params PoolSpec[] pools) => new(Cpu)
    {
        Nodes = [.. Enumerable.Range(1, nodes).Select(Node)],
        Pools = pools,
        Demands = [.. pools.Where(p => p.UnitDemand.Count > 0).Select(p => new PoolDemand(p.Name, nodes))],
    };
}
