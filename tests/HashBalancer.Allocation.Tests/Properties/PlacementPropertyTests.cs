using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Placement;
using HashBalancer.Allocation.Policies;
using HashBalancer.Allocation.Resources;
using HashBalancer.Allocation.Solving;
using HashBalancer.Allocation.Tests.Oracles;

namespace HashBalancer.Allocation.Tests.Properties;

public sealed class PlacementPropertyTests
{
    [Fact]
    public void Cover_SmallFleets_HasTheOptimalCost() => Instances.Hold(random =>
    {
        var set = new ResourceSet("cpu", "memory");
        string[] pools = [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => $"p{i}")];
        CoverNode[] nodes = [.. Enumerable.Range(0, random.Next(1, 7)).Select(i =>
            new CoverNode($"n{i}", set.Vector(("cpu", random.Next(1, 4)), ("memory", random.Next(1, 4))), random.Next(3) == 0 ? null : pools[random.Next(pools.Length)]))];
        CoverNeed[] needs = [.. pools.Select(p => new CoverNeed(p, set.Vector(("cpu", random.Next(5)), ("memory", random.Next(5)))))];
        CoverAssignment found = NodeCover.Find(nodes, needs);
        (int Moves, int Used)? best = BestCover.Of(nodes, needs);
        Assert.True(found.Proven);
        Assert.Equal(best is not null, found.Feasible);
        if (best is not null)
            Assert.Equal(best.Value, (found.Moves, found.NodesUsed));
    });

    [Fact]
    public void Cover_WithoutSearch_StillCoversWheneverItSaysSo() => Instances.Hold(random =>
    {
        var set = new ResourceSet("cpu");
        CoverNode[] nodes = [.. Enumerable.Range(0, 30).Select(i => new CoverNode($"n{i}", set.Vector(("cpu", random.Next(1, 9))), random.Next(2) == 0 ? null : $"p{random.Next(4)}"))];
        CoverNeed[] needs = [.. Enumerable.Range(0, 4).Select(i => new CoverNeed($"p{i}", set.Vector(("cpu", random.Next(25)))))];
        CoverAssignment found = NodeCover.Find(nodes, needs, stepLimit: 0);
        Assert.True(found.Feasible);
        foreach (CoverNeed need in needs)
            Assert.True(need.Needs.FitsIn(nodes.Where(n => found.PoolOf.GetValueOrDefault(n.Id) == need.Pool).Aggregate(set.Vector(), (sum, n) => sum.Plus(n.Resources))));
    });

    [Fact]
    public void Counts_AnyClaims_AreFeasibleAndWithinOneOfFair() => Instances.Hold(random =>
    {
        int nodes = random.Next(0, 30);
        NodeCountClaim[] claims = [.. Enumerable.Range(0, random.Next(1, 6)).Select(i => new NodeCountClaim($"p{i}")
        {
            Weight = random.Next(1, 4),
            Floor = random.Next(2) == 0 ? 0 : random.Next(6),
            Ceiling = random.Next(3) == 0 ? int.MaxValue : random.Next(12),
            Priority = random.Next(2),
            Current = random.Next(8),
        })];
        NodeCountDivision division = NodeCounts.Divide(nodes, claims);
        Assert.Equal(nodes, division.Nodes.Sum() + division.Idle);
        for (int a = 0; a < claims.Length; a++)
        {
            Assert.InRange(division.Nodes[a], division.InfeasibleFloors ? 0 : Math.Min(claims[a].Floor, claims[a].Ceiling), claims[a].Ceiling);
            for (int b = 0; b < claims.Length && !division.InfeasibleFloors; b++)
            {
                // Nobody has a node more than another would still stay below it with, unless a floor gave it.
                bool couldTake = division.Nodes[a] < claims[a].Ceiling && division.Nodes[b] > Math.Min(claims[b].Floor, claims[b].Ceiling);
                Assert.True(!couldTake || (division.Nodes[b] - 1) / claims[b].Weight <= (division.Nodes[a] / claims[a].Weight) + 1e-9);
            }
        }
    });

    [Fact]
    public void Solve_IdenticalNodesFromNothing_IsWithinOneNodeOfTheTargets() => Instances.Hold(random =>
    {
        FleetSpec spec = Identical(random) with { Leases = [] };
        FleetAllocation allocation = AllocationSession.Solve(spec);
        int free = spec.Nodes.Count - allocation.Pools.Sum(p => p.Nodes);
        foreach (PoolAllocation pool in allocation.Pools)
        {
            Assert.True(pool.Nodes >= Math.Ceiling(pool.Guaranteed - 1e-9) || free == 0, $"{pool.Pool} is guaranteed {pool.Guaranteed} and has {pool.Nodes}");
            Assert.True(pool.Nodes <= Math.Ceiling(pool.Wanted - 1e-9), $"{pool.Pool} wants {pool.Wanted} and has {pool.Nodes}");
            Assert.True(free == 0 || pool.Nodes >= pool.Wanted - 1e-9, $"{pool.Pool} wants {pool.Wanted}, has {pool.Nodes}, and {free} are free");
        }
    });

    [Fact]
    public void Solve_IdenticalNodes_MovesAtMostOneMoreThanTheOutcomeNeeds() => Instances.Hold(random =>
    {
        FleetSpec spec = Identical(random);
        FleetAllocation allocation = AllocationSession.Solve(spec, new AllocatorSettings { DeadZone = 0, ReclaimPerRound = 1 });
        int needed = allocation.Pools.Sum(p => Math.Max(0, p.Nodes - p.NodesBefore));
        Assert.True(allocation.Plan.Considered.Count <= needed + 1, $"{allocation.Plan.Considered.Count} moves where {needed} suffice");
    });

    [Fact]
    public void Solve_AnyNodes_MovesAtMostOneMoreThanAnyWayToServeAsMuch() => Instances.Hold(
        random =>
        {
            FleetSpec spec = new RandomFleet(random) { MaximumNodes = 6, WithLimits = false, WithGuarantees = false }.Draw();
            FleetAllocation allocation = AllocationSession.Solve(spec, new AllocatorSettings { DeadZone = 0, ReclaimPerRound = 1 });
            int optimum = FewestMoves.ToServe(spec, allocation.Pools.ToDictionary(p => p.Pool, p => Math.Min(p.Held, p.Target)));
            int taken = allocation.Plan.Considered.Count(m => m.From is not null);
            Assert.True(taken <= optimum + 1, $"{taken} nodes change their pool where {optimum} suffice");
        });

    [Fact]
    public void Solve_SmallChangeOfDemand_MovesNoMoreThanTheChangeNeeds() => Instances.Hold(random =>
    {
        FleetSpec spec = Identical(random);
        if (spec.Demands.Count == 0)
            return;
        var session = new AllocationSession(spec, new AllocatorSettings { DeadZone = 0, ReclaimPerRound = 1 });
        FleetAllocation before = session.Solve(1);
        session.Adopt(before);
        PoolDemand demand = spec.Demands[random.Next(spec.Demands.Count)];
        session.SetDemand(demand.Pool, demand.Units + 1);
        FleetAllocation after = session.Solve(2);
        double changed = after.Pools.Sum(p => Math.Abs(p.Target - before.Of(p.Pool).Target));

        // A target that changes by a fraction can bring every pool over the edge to its next node.
        Assert.True(after.Plan.Considered.Count <= changed + after.Pools.Count, $"{after.Plan.Considered.Count} moves for a change of {changed} nodes");
    });

    [Fact]
    public void Solve_TargetsWithinFivePercent_TakesNoNodeFromAnybody() => Instances.Hold(random =>
    {
        FleetSpec spec = new RandomFleet(random) { IdenticalNodes = true, WithLimits = false, WithGuarantees = false, MaximumNodes = 40, Policies = [PolicyNames.Drf] }.Draw();
        var session = new AllocationSession(spec);
        for (int round = 0; round < 20; round++)
        {
            FleetAllocation allocation = session.Solve(round);
            if (allocation.Plan.Considered.Count == 0)
                break;
            session.Adopt(allocation);
            foreach (FleetNode node in spec.Nodes)
                session.NodeArrived(node.Id);
        }

        FleetAllocation settled = session.Solve();
        if (settled.Plan.Considered.Count > 0 || settled.Pools.Any(p => Math.Abs(p.Held - p.Target) > 0.04 * p.Target))
            return;
        foreach (PoolDemand demand in spec.Demands)
            session.SetDemand(demand.Pool, demand.Units * (0.95 + (0.1 * random.NextDouble())));
        FleetAllocation after = session.Solve();
        if (after.Pools.All(p => Math.Abs(p.Target - settled.Of(p.Pool).Target) <= 0.05 * settled.Of(p.Pool).Target))
            Assert.DoesNotContain(after.Plan.Considered, m => m.From is not null);
    });

    private static FleetSpec Identical(Random random) =>
        new RandomFleet(random) { IdenticalNodes = true, WithLimits = false, MaximumNodes = 20, Policies = [PolicyNames.Drf, PolicyNames.Fair] }.Draw();
}
