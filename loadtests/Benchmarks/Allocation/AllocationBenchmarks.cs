using BenchmarkDotNet.Attributes;
using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Plans.Migration;
using HashBalancer.Allocation.Solving;

namespace HashBalancer.Benchmarks.Allocation;

/// <summary>
/// Dividing a running fleet anew: checks, three levels of pools, 4 resources, reclaim, zones and plan included. "After" are solves of a
/// kept session after one change; the full ones start from the declaration.
/// </summary>
public class AllocationBenchmarks
{
    private const int Nodes = 10_000;
    private const int Pools = 1_000;

    private static readonly AllocatorSettings Settings = new() { Limits = new MigrationLimits(Total: 100, PerZone: 50) };

    private FleetSpec _running = null!;
    private AllocationSession _session = null!;
    private FleetNode _node = null!;
    private PoolSpec _pool = null!;
    private double _demand;
    private int _turn;

    [GlobalSetup]
    public void Setup()
    {
        _running = BenchmarkFleet.Running(Nodes, Pools);
        _session = BenchmarkFleet.Settled(_running, Settings);
        _node = _running.Nodes[77];
        _pool = _running.Pools[^1];
        _demand = _running.Demands[7].Units;
    }

    [Benchmark]
    public FleetAllocation AllocateFull() => AllocationSession.Solve(_running, Settings);

    [Benchmark]
    public FleetAllocation AllocateUnchanged() => _session.Solve();

    [Benchmark]
    public FleetAllocation AllocateAfterDemand()
    {
        _session.SetDemand(BenchmarkFleet.Leaf(7), _demand + (40 * (_turn++ % 2)));
        return _session.Solve();
    }

    [Benchmark]
    public FleetAllocation AllocateAfterNode()
    {
        _session.PutNode(_node with { Available = _turn++ % 2 == 0 });
        return _session.Solve();
    }

    [Benchmark]
    public FleetAllocation AllocateAfterPool()
    {
        _session.PutPool(_pool with { Weight = 1 + (_turn++ % 7) });
        return _session.Solve();
    }
}

/// <summary>As <see cref="AllocationBenchmarks.AllocateFull"/>, ten times as large in both directions.</summary>
public class LargeAllocationBenchmarks
{
    private static readonly AllocatorSettings Settings = new() { Limits = new MigrationLimits(Total: 100, PerZone: 50) };

    private FleetSpec _running = null!;

    [GlobalSetup]
    public void Setup() => _running = BenchmarkFleet.Running(100_000, 10_000);

    [Benchmark]
    public FleetAllocation AllocateLarge() => AllocationSession.Solve(_running, Settings);
}
