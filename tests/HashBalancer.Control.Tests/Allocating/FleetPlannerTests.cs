using System.Text.Json;

namespace HashBalancer.Control.Tests;

public sealed class FleetPlannerTests
{
    [Fact]
    public void Round_FreeNodes_GoToPoolsByGuaranteeWeightAndDemand()
    {
        FleetWorld world = Three(demandOfA: 5, demandOfC: 1);
        world.Run(5);
        Assert.Equal("a=5 b=2 c=1", world.Counts());
        Assert.Equal(8, world.Steps.Count(step => step.Phase == LeasePhase.Serving));
        Assert.Empty(world.Last!.Changed);
        Assert.Empty(world.Last.Waiting);
    }

    [Fact]
    public void Round_DemandShifts_NodesAreAnnouncedDrainedReassignedAndWarmedOnce()
    {
        FleetWorld world = Three(demandOfA: 5, demandOfC: 1);
        world.Run(5);
        world.Steps.Clear();
        (world.Demands["a"], world.Demands["c"]) = (2, 4);
        world.Run(30);
        Assert.Equal("a=2 b=2 c=4", world.Counts());
        foreach (IGrouping<string, (string Node, string? Pool, LeasePhase Phase)> node in world.Steps.GroupBy(step => step.Node))
        {
            Assert.Equal(
                [("a", LeasePhase.Notice), ("a", LeasePhase.Draining), ("c", LeasePhase.Starting), ("c", LeasePhase.Warming), ("c", LeasePhase.Serving)],
                node.Select(step => (step.Pool, step.Phase)));
        }

        Assert.Equal(3, world.Steps.Select(step => step.Node).Distinct().Count());
    }

    [Fact]
    public void Round_MinAvailableAndMaxUnavailable_HoldAtEveryMoment()
    {
        FleetWorld world = Three(demandOfA: 5, demandOfC: 1);
        world.Pools["a"] = world.Pools["a"] with { MaxUnavailable = 1 };
        world.Pools["b"] = world.Pools["b"] with { MinAvailable = 2 };
        world.Rules = world.Rules with { ReclaimPerRound = 1, Round = TimeSpan.Zero };
        world.Run(5);
        world.Demands["a"] = 2;
        world.Demands["b"] = 0;
        world.Demands["c"] = 5;
        for (int i = 0; i < 40; i++)
        {
            world.Run(1);
            Assert.True(world.Leases.Values.Count(lease => lease is { Pool: "a", Phase: LeasePhase.Draining }) <= 1);
            Assert.True(world.Serving("b") >= 2);
        }

        Assert.Equal(4, world.Serving("c"));
    }

    [Fact]
    public void Round_NoticeNotNeededAnyMore_IsWithdrawn()
    {
        FleetWorld world = Three(demandOfA: 5, demandOfC: 1);
        world.Run(5);
        (world.Demands["a"], world.Demands["c"]) = (2, 4);
        world.Run(1);
        Assert.Contains(world.Leases.Values, lease => lease is { Pool: "a", Phase: LeasePhase.Notice, Next: "c" });
        (world.Demands["a"], world.Demands["c"]) = (5, 1);
        world.Run(5);
        Assert.DoesNotContain(world.Steps, step => step.Phase == LeasePhase.Draining);
        Assert.Equal("a=5 b=2 c=1", world.Counts());
    }

    [Fact]
    public void Round_NodeLost_PoolIsMadeWholeFromSpareOrBelowItsGuaranteeFromOthers()
    {
        FleetWorld world = Three(demandOfA: 4, demandOfC: 1);
        world.Run(5);
        string lost = world.Leases.Values.First(lease => lease.Pool == "a").Node;
        world.Lose(lost);
        world.Round();
        // The spare one starts in the very round that learns of the loss.
        Assert.Equal(1, world.Leases.Values.Count(lease => lease is { Pool: "a", Phase: LeasePhase.Starting }));
        world.Run(3);
        Assert.Equal("a=4 b=2 c=1", world.Counts());

        // No spare is left: one below its guarantee takes without notice from whoever has more than his own.
        world.Lose(world.Leases.Values.First(lease => lease is { Pool: "b", Phase: LeasePhase.Serving }).Node);
        world.Round();
        Assert.Equal(1, world.Leases.Values.Count(lease => lease is { Pool: "a", Phase: LeasePhase.Draining, Next: "b" }));
        world.Run(4);
        Assert.Equal("a=3 b=2 c=1", world.Counts());

        // The first one comes back: it is still leased to its pool.
        world.Return(lost);
        world.Run(4);
        Assert.Equal("a=4 b=2 c=1", world.Counts());
    }

    [Fact]
    public void Round_AgentDeclines_NodeIsNotTriedForThatPoolUntilItsTimeAndOthersAreUnharmed()
    {
        FleetWorld world = Three(demandOfA: 5, demandOfC: 1);
        for (int i = 1; i <= 8; i++)
            world.Declines[($"n{i}", "c")] = "port in use";
        world.Run(10);
        Assert.Equal("a=5 b=2 c=0", world.Counts());
        FleetLease refused = world.Leases.Values.First(lease => lease.Refusals.Count > 0);
        LeaseRefusal refusal = Assert.Single(refused.Refusals);
        Assert.Equal(("c", "port in use", 1), (refusal.Pool, refusal.Reason, refusal.Times));
        Assert.True(refusal.Until > world.Now);

        // What comes up nowhere does not take every node through it; and each time in a row it waits for twice as long.
        world.Run(20);
        Assert.Equal(2, world.Leases.Values.Count(lease => lease.Refusals.Count > 0));
        for (int second = 0; second < 2000 && !world.Leases.Values.Any(lease => lease.Refusals is [{ Times: 2 }]); second++)
            world.Run(1);
        Assert.InRange((world.Leases.Values.First(lease => lease.Refusals is [{ Times: 2 }]).Refusals[0].Until - world.Now).TotalSeconds, 119, 120);
        world.Declines.Clear();
        world.Run(400);
        Assert.Equal("a=5 b=2 c=1", world.Counts());
    }

    [Fact]
    public void Round_NodeNeverServes_IsRefusedAfterItsTime()
    {
        FleetWorld world = Three(demandOfA: 0, demandOfC: 1);
        world.Demands["b"] = 0;
        world.StartTime = TimeSpan.FromHours(1);
        world.Run(61);
        Assert.Equal(1, world.Leases.Values.Count(lease => lease.Refusals is [{ Reason: "it did not serve within 60 s" }]));
    }

    [Fact]
    public void Round_Frozen_BeginsNothingAndEndsWhatIsUnderWay()
    {
        FleetWorld world = Three(demandOfA: 5, demandOfC: 1);
        world.Run(1);
        world.IsFrozen = true;
        world.Run(5);
        Assert.Equal("a=5 b=2 c=1", world.Counts());
        (world.Demands["a"], world.Demands["c"]) = (2, 4);
        world.Run(30);
        Assert.Equal("a=5 b=2 c=1", world.Counts());
    }

    [Fact]
    public void Round_PoolFrozenPinnedOrOptedOut_KeepsWhatItHas()
    {
        FleetWorld world = Three(demandOfA: 5, demandOfC: 1);
        world.Run(5);
        string pinned = world.Leases.Values.First(lease => lease.Pool == "b").Node;
        world.Pools["a"] = world.Pools["a"] with { Reclaimable = false };
        world.Pools["c"] = world.Pools["c"] with { Pinned = [pinned] };
        (world.Demands["a"], world.Demands["c"]) = (2, 4);
        world.Run(30);
        Assert.Equal(5, world.Serving("a"));
        Assert.Equal("c", world.Leases[pinned].Pool);
        world.Pools["a"] = world.Pools["a"] with { Reclaimable = true, Frozen = true };
        world.Run(30);
        Assert.Equal(5, world.Serving("a"));
    }

    [Fact]
    public void Round_ByAnotherLeaderInMidPlan_GoesOnAndRepeatsNothing()
    {
        FleetWorld one = Three(demandOfA: 5, demandOfC: 1);
        one.Run(5);
        one.Steps.Clear();
        (one.Demands["a"], one.Demands["c"]) = (2, 4);
        one.Run(4);
        Assert.Contains(one.Leases.Values, lease => lease.IsUnderWay);

        // Whoever leads knows what stands in the registry, which the input is made of: nothing of the leader before is needed.
        FleetInput input = one.Input();
        FleetInput read = JsonSerializer.Deserialize(JsonSerializer.Serialize(input, FleetJson.Default.FleetInput), FleetJson.Default.FleetInput)!;
        FleetDecision here = FleetPlanner.Plan(input), there = FleetPlanner.Plan(read);
        Assert.Equal(here.Allocation!.ToCanonicalText(), there.Allocation!.ToCanonicalText());
        Assert.Equal(Texts(here.Changed), Texts(there.Changed));
        one.Run(30);
        Assert.All(one.Steps.GroupBy(step => step.Node), node => Assert.Equal(5, node.Count()));
        Assert.Equal("a=2 b=2 c=4", one.Counts());
    }

    [Fact]
    public void Round_PoolDropped_ItsNodesAreDrainedAndServeOthers()
    {
        FleetWorld world = Three(demandOfA: 5, demandOfC: 1);
        world.Run(5);
        world.Pools.Remove("b");
        world.Demands.Remove("b");
        world.Demands["a"] = 7;
        world.Run(30);
        Assert.Equal("a=6 c=1", world.Counts().Replace("a=5", "a=6", StringComparison.Ordinal));
        Assert.DoesNotContain(world.Leases.Values, lease => lease.Pool == "b");
    }

    [Fact]
    public void Round_FilterThatNoNodePasses_LeavesOtherPoolsAlone()
    {
        FleetWorld world = Three(demandOfA: 5, demandOfC: 1);
        world.Pools["c"] = world.Pools["c"] with { Filter = new() { Labels = new Dictionary<string, string> { ["disk"] = "ssd" } } };
        world.Run(5);
        Assert.Null(world.Last!.Fault);
        Assert.Equal("a=5 b=2 c=0", world.Counts());
    }

    [Fact]
    public void Round_NodesStillComing_TheirPoolsServingOnesStayUntilTheyHaveCome()
    {
        FleetWorld world = Three(demandOfA: 4, demandOfC: 1);
        world.Rules = world.Rules with { Notice = TimeSpan.Zero, Round = TimeSpan.Zero, ReclaimPerRound = 1 };
        world.Run(3);
        world.StartTime = TimeSpan.FromSeconds(20);
        world.Demands["a"] = 5;
        world.Run(1);
        (world.Demands["b"], world.Demands["a"]) = (4, 4);
        for (int i = 0; i < 60; i++)
        {
            world.Run(1);
            Assert.True(world.Serving("a") >= 3, $"{world.Serving("a")} serve a");
        }
    }

    [Fact]
    public void Round_NoNode_DividesNothingAndIsNoFault()
    {
        FleetWorld world = Three(demandOfA: 5, demandOfC: 1);
        world.Nodes = [];
        world.Run(2);
        Assert.Null(world.Last!.Fault);
        Assert.Null(world.Last.Allocation);
        Assert.Empty(world.Last.Changed);
    }

    private static string[] Texts(IEnumerable<FleetLease> leases) => [.. leases.Select(lease => JsonSerializer.Serialize(new WireLease(1, lease), FleetJson.Default.WireLease))];

    /// <summary>Eight nodes; guarantees 2, 2, 1; weights 1, 2, 1; ceilings 5.</summary>
    private static FleetWorld Three(int demandOfA, int demandOfC)
    {
        var world = new FleetWorld(8);
        world.Pool("a", weight: 1, guaranteed: 2, maximum: 5);
        world.Pool("b", weight: 2, guaranteed: 2, maximum: 5);
        world.Pool("c", weight: 1, guaranteed: 1, maximum: 5);
        (world.Demands["a"], world.Demands["b"], world.Demands["c"]) = (demandOfA, 2, demandOfC);
        return world;
    }
}
