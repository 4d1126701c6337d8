using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Plans.Migration;
using HashBalancer.Allocation.Solving;

namespace HashBalancer.Allocation.Tests.Properties;

/// <summary>What holds for every solve of a whole fleet.</summary>
public sealed class SolverPropertyTests
{
    private static readonly AllocatorSettings NoBrakes = new() { DeadZone = 0, ReclaimPerRound = 1 };

    [Fact]
    public void Targets_AnyFleet_AreFeasible() => Instances.Hold(random =>
    {
        FleetSpec spec = new RandomFleet(random).Draw();
        FleetAllocation allocation = AllocationSession.Solve(spec);
        foreach (string resource in spec.Resources.Names)
        {
            double used = Use(spec, allocation.Pools, resource, p => p.Target);
            double total = (double)spec.Nodes.Where(n => n.Available).Sum(n => n.Capacity[resource]);
            Assert.True(used <= (total * (1 + 1e-9)) + 1e-9, $"{resource}: {used} of {total}");
            foreach (PoolSpec parent in spec.Pools.Where(p => p.Maximum.ContainsKey(resource)))
            {
                double below = Use(spec, allocation.Pools.Where(p => IsBelow(spec, p.Pool, parent.Name)), resource, p => p.Target);
                Assert.True(below <= ((double)parent.Maximum[resource] * (1 + 1e-9)) + 1e-9 || spec.Pools.Any(p => p.Frozen), $"{parent.Name} has {below} of {parent.Maximum[resource]} {resource}");
            }
        }

        foreach (PoolAllocation pool in allocation.Pools)
            Assert.True(pool.Target <= pool.Wanted * (1 + 1e-9), $"{pool.Pool} wants {pool.Wanted} and is due {pool.Target}");
    });

    [Fact]
    public void Targets_GuaranteesFit_CoverWhatIsGuaranteedAndWanted() => Instances.Hold(random =>
    {
        FleetAllocation allocation = AllocationSession.Solve(new RandomFleet(random).Draw());
        foreach (PoolAllocation pool in allocation.Pools)
            Assert.True(allocation.InfeasibleGuarantees || pool.Target >= pool.Guaranteed * (1 - 1e-9), $"{pool.Pool} is guaranteed {pool.Guaranteed} and is due {pool.Target}");
    });

    [Fact]
    public void Targets_WorkConservingPolicies_AreParetoEfficient() => Instances.Hold(random =>
    {
        FleetSpec spec = new RandomFleet(random) { WithLimits = false }.Draw();
        FleetAllocation allocation = AllocationSession.Solve(spec);
        foreach (PoolAllocation pool in allocation.Pools.Where(p => p.Target < p.Wanted * (1 - 1e-9)))
        {
            bool blocked = SpecOf(spec, pool.Pool).UnitDemand.Where(d => d.Value > 0).Any(d =>
                Use(spec, allocation.Pools, d.Key, p => p.Target) >= (double)spec.Nodes.Sum(n => n.Capacity[d.Key]) * (1 - 1e-9));
            Assert.True(blocked, $"{pool.Pool} could have more than {pool.Target}");
        }
    });

    [Fact]
    public void Placement_AnyFleet_RespectsFiltersMaximaPinsAndFrozenPools() => Instances.Hold(random =>
    {
        FleetSpec spec = new RandomFleet(random).Draw();
        FleetAllocation allocation = AllocationSession.Solve(spec);
        Dictionary<string, FleetNode> nodes = spec.Nodes.ToDictionary(n => n.Id);
        Dictionary<string, string> before = spec.Leases.ToDictionary(l => l.Node, l => l.Pool);
        foreach (NodeLease lease in allocation.Leases.Where(l => nodes[l.Node].Available))
        {
            PoolSpec pool = SpecOf(spec, lease.Pool);
            Assert.True(pool.Filter is null || pool.Frozen || NodeMatch.Passes(pool.Filter, nodes[lease.Node]), $"{lease.Node} does not pass the filter of {lease.Pool}");
            Assert.True(!pool.Frozen || before.GetValueOrDefault(lease.Node) == lease.Pool, $"{lease.Node} went to the frozen {lease.Pool}");
        }

        foreach (PoolSpec pool in spec.Pools.Where(_ => !spec.Pools.Any(p => p.Frozen)))
        {
            foreach ((string resource, decimal maximum) in pool.Maximum)
            {
                decimal held = allocation.Leases.Where(l => nodes[l.Node].Available && IsBelow(spec, l.Pool, pool.Name)).Sum(l => nodes[l.Node].Capacity[resource]);
                Assert.True(held <= maximum, $"{pool.Name} holds {held} of {maximum} {resource}");
            }
        }
    });

    [Fact]
    public void Reclaim_AnyFleet_LeavesAloneWhoOptedOutAndWhoHasNoMoreThanItsTarget() => Instances.Hold(random =>
    {
        // Filters and maxima make pools give nodes up of themselves.
        FleetSpec drawn = new RandomFleet(random).Draw();
        FleetSpec spec = drawn with { Pools = [.. drawn.Pools.Select(p => p with { Filter = null, Maximum = new Dictionary<string, decimal>() })] };
        FleetAllocation allocation = AllocationSession.Solve(spec);
        Move[] taken = [.. allocation.Plan.Considered.Where(m => m.From is not null && m.To is not null)];
        int available = spec.Nodes.Count(n => n.Available);
        Assert.True(taken.Length <= Math.Max(1, available / 10), $"{taken.Length} of {available} nodes are taken at once");
        foreach (Move move in taken)
            Assert.True(IsReclaimable(spec, move.From!), $"{move.Node} is taken from {move.From}, which opted out");
        foreach (PoolAllocation pool in allocation.Pools)
        {
            int left = taken.Count(m => m.From == pool.Pool);
            Assert.True(left == 0 || pool.Nodes >= SpecOf(spec, pool.Pool).MinAvailable, $"{pool.Pool} keeps {pool.Nodes} nodes");
        }
    });

    [Fact]
    public void Solve_InputsShuffled_GivesTheSameBytes() => Instances.Hold(random =>
    {
        FleetSpec spec = new RandomFleet(random).Draw();
        Assert.Equal(AllocationSession.Solve(spec).ToCanonicalText(), AllocationSession.Solve(RandomFleet.Shuffled(spec, random)).ToCanonicalText());
    });

    [Fact]
    public void Solve_OnItsOwnOutput_MovesNothing() => Instances.Hold(random =>
    {
        var session = new AllocationSession(new RandomFleet(random).Draw(), random.Next(2) == 0 ? NoBrakes : new AllocatorSettings { ReclaimPerRound = 1 });
        FleetAllocation first = session.Solve(1);
        session.Adopt(first);
        FleetAllocation second = session.Solve(2);
        Assert.True(second.Plan.Considered.Count == 0, $"moves {string.Join(", ", second.Plan.Considered.Select(m => $"{m.Node}: {m.From} → {m.To}"))} after {string.Join(", ", first.Plan.Considered.Select(m => $"{m.Node}: {m.From} → {m.To}"))}");
    });

    [Fact]
    public void Solve_NodesArrived_StillMovesNothing() => Instances.Hold(random =>
    {
        FleetSpec spec = new RandomFleet(random).Draw();
        var session = new AllocationSession(spec, NoBrakes);
        session.Adopt(session.Solve(1));
        foreach (FleetNode node in spec.Nodes)
            session.NodeArrived(node.Id);
        Assert.Empty(session.Solve(2).Plan.Considered);
    });

    [Fact]
    public void Solve_ThrottledRounds_EndInAStateThatMovesNothing() => Instances.Hold(
        random =>
        {
            FleetSpec spec = new RandomFleet(random) { MaximumNodes = 12 }.Draw();
            var session = new AllocationSession(spec, new AllocatorSettings { DeadZone = 0, ReclaimPerRound = 0.05 });
            for (int round = 1; round < 200; round++)
            {
                FleetAllocation allocation = session.Solve(round);
                if (allocation.Plan.Considered.Count == 0)
                    return;
                session.Adopt(allocation);
                foreach (FleetNode node in spec.Nodes)
                    session.NodeArrived(node.Id);
            }

            Assert.Fail("There are moves in every round.");
        });

    [Fact]
    public void Session_AfterAChange_EqualsANewSessionOfTheChangedWhole() => Instances.Hold(random =>
    {
        FleetSpec spec = new RandomFleet(random).Draw();
        var session = new AllocationSession(spec);
        FleetAllocation first = session.Solve(1);
        session.Adopt(first);
        FleetSpec changed = Change(spec with { Leases = first.Leases }, session, random);
        Assert.Equal(AllocationSession.Solve(changed).ToCanonicalText(), session.Solve().ToCanonicalText());
    });

    private static FleetSpec Change(FleetSpec spec, AllocationSession session, Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                PoolDemand demand = spec.Demands.Count == 0 ? new PoolDemand(spec.Pools.First(p => p.UnitDemand.Count > 0).Name, 3) : spec.Demands[random.Next(spec.Demands.Count)] with { Units = random.Next(30) };
                session.SetDemand(demand.Pool, demand.Units);
                return spec with { Demands = [.. spec.Demands.Where(d => d.Pool != demand.Pool), demand] };
            case 1 when spec.Nodes.Count > 1 && !spec.Pools.Any(p => p.Filter is not null):
                FleetNode gone = spec.Nodes[random.Next(spec.Nodes.Count)];
                session.RemoveNode(gone.Id);
                return spec with { Nodes = [.. spec.Nodes.Where(n => n != gone)], Leases = [.. spec.Leases.Where(l => l.Node != gone.Id)] };
            case 2:
                FleetNode added = spec.Nodes[random.Next(spec.Nodes.Count)] with { Id = $"n{random.Next(99):00}", Available = random.Next(4) > 0, Zone = $"z{random.Next(5)}" };
                session.PutNode(added);
                return spec with { Nodes = [.. spec.Nodes.Where(n => n.Id != added.Id), added] };
            default:
                PoolSpec pool = spec.Pools[random.Next(spec.Pools.Count)];
                pool = pool with { Weight = random.Next(1, 9), Priority = random.Next(3), Reclaimable = !pool.Reclaimable };
                session.PutPool(pool);
                return spec with { Pools = [.. spec.Pools.Where(p => p.Name != pool.Name), pool] };
        }
    }

    private static double Use(FleetSpec spec, IEnumerable<PoolAllocation> pools, string resource, Func<PoolAllocation, double> units) =>
        pools.Sum(p => units(p) * (double)SpecOf(spec, p.Pool).UnitDemand.GetValueOrDefault(resource));

    private static PoolSpec SpecOf(FleetSpec spec, string pool) => spec.Pools.First(p => p.Name == pool);

    private static bool IsBelow(FleetSpec spec, string pool, string parent)
    {
        for (string? p = pool; p is not null; p = SpecOf(spec, p).Parent)
        {
            if (p == parent)
                return true;
        }

        return false;
    }

    private static bool IsReclaimable(FleetSpec spec, string pool)
    {
        for (string? p = pool; p is not null; p = SpecOf(spec, p).Parent)
        {
            if (!SpecOf(spec, p).Reclaimable)
                return false;
        }

        return true;
    }
}
