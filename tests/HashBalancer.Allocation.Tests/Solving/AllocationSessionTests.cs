using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Solving;
using HashBalancer.Allocation.Tests.Support;
using HashBalancer.Allocation.Validation;

namespace HashBalancer.Allocation.Tests.Solving;

public sealed class AllocationSessionTests
{
    private static NodeFilter Only(string node) => new() { Nodes = [node] };

    [Fact]
    public void PutPool_AnotherPoolsNodesAreGone_IsNoReasonToRefuse()
    {
        var session = new AllocationSession(Fleets.Of(3, Fleets.Pool("a"), Fleets.Pool("b") with { Filter = Only("n3") }));
        Assert.True(session.RemoveNode("n3"));

        session.PutPool(Fleets.Pool("a") with { Weight = 2 });

        Assert.Equal((2, 0), (session.Solve().Of("a").Nodes, session.Solve().Of("b").Nodes));
    }

    [Fact]
    public void PutPool_AFilterThatMatchesNothing_IsRefusedAndChangesNothing()
    {
        var session = new AllocationSession(Fleets.Of(3, Fleets.Pool("a")));
        string before = session.Solve().ToCanonicalText();

        AllocationSpecException refused = Assert.Throws<AllocationSpecException>(() => session.PutPool(Fleets.Pool("a") with { Filter = Only("n9") }));

        Assert.Equal(
            ["pool 'a': Filter.Nodes: node 'n9' is unknown, did you mean 'n1'?", "pool 'a': Filter: matches no node of the fleet"],
            refused.Faults.Select(f => f.ToString()));
        Assert.Equal(before, session.Solve().ToCanonicalText());
    }

    [Fact]
    public void PutPool_ANodePinnedElsewhere_IsRefused()
    {
        var session = new AllocationSession(Fleets.Of(3, Fleets.Pool("a"), Fleets.Pool("b") with { Pinned = ["n2"] }));

        AllocationSpecException refused = Assert.Throws<AllocationSpecException>(() => session.PutPool(Fleets.Pool("a") with { Pinned = ["n1", "n2"] }));

        Assert.Equal("pool 'a': Pinned: node 'n2' is pinned to pool 'b' already", Assert.Single(refused.Faults).ToString());
    }

    [Fact]
    public void PutPool_ItsOwnPinsAgain_AreItsOwn()
    {
        var session = new AllocationSession(Fleets.Of(3, Fleets.Pool("a") with { Pinned = ["n2"] }, Fleets.Pool("b")));

        session.PutPool(Fleets.Pool("a") with { Pinned = ["n2"], Weight = 3 });

        Assert.Equal("a", session.Solve().PoolOf("n2"));
    }

    [Fact]
    public void PutPool_MoreGuaranteedThanTheFleetHas_IsRefused()
    {
        var session = new AllocationSession(Fleets.Of(3, Fleets.Pool("a"), Fleets.Pool("b") with { Guaranteed = Fleets.Cpus(2) }));

        AllocationSpecException refused = Assert.Throws<AllocationSpecException>(() => session.PutPool(Fleets.Pool("a") with { Guaranteed = Fleets.Cpus(2) }));

        Assert.Equal("fleet: Guaranteed.cpu: the pools are guaranteed 4, but all nodes together have 3", Assert.Single(refused.Faults).ToString());
    }

    [Fact]
    public void SetDemand_OfNoLeaf_IsRefused()
    {
        var session = new AllocationSession(Fleets.Of(2, new PoolSpec("top"), Fleets.Pool("a") with { Parent = "top" }));

        Assert.Equal("Units", Assert.Single(Assert.Throws<AllocationSpecException>(() => session.SetDemand("top", 1)).Faults).Field);
        Assert.Equal("Units", Assert.Single(Assert.Throws<AllocationSpecException>(() => session.SetDemand("none", 1)).Faults).Field);
        Assert.Equal("Units", Assert.Single(Assert.Throws<AllocationSpecException>(() => session.SetDemand("a", double.NaN)).Faults).Field);
        Assert.Equal("Units", Assert.Single(Assert.Throws<AllocationSpecException>(() => session.SetDemand("a", -1)).Faults).Field);
    }

    [Fact]
    public void Nodes_ComingAndGoing_AreGivenOutAndMissed()
    {
        var session = new AllocationSession(Fleets.Of(2, Fleets.Pool("a")));
        session.SetDemand("a", 10);
        Assert.Equal(2, session.Solve().Of("a").Nodes);

        session.PutNode(Fleets.Node(3));
        Assert.Equal(3, session.Solve().Of("a").Nodes);

        session.PutNode(Fleets.Node(3) with { Available = false });
        Assert.Equal(2, session.Solve().Of("a").Held);
        Assert.True(session.RemoveNode("n3"));
        Assert.False(session.RemoveNode("n3"));
        Assert.False(session.NodeArrived("n3"));
        Assert.True(session.NodeArrived("n1"));
    }

    [Fact]
    public void Adopt_WhatWasSolved_LeavesNothingToMove()
    {
        var session = new AllocationSession(Fleets.Of(4, Fleets.Pool("a"), Fleets.Pool("b")));
        FleetAllocation solved = session.Solve(now: 7);
        Assert.Equal(4, solved.Plan.Moves.Count);

        session.Adopt(solved);

        Assert.Empty(session.Solve(now: 8).Plan.Moves);
        Assert.Equal(4, session.Solve(now: 8).Leases.Count(l => l is { Since: 7, InTransit: true }));
        Assert.Throws<ArgumentException>(() => new AllocationSession(Fleets.Of(4, Fleets.Pool("other"))).Adopt(solved));
    }

    [Fact]
    public void SetPools_WithoutOneOfThem_FreesItsNodes()
    {
        var session = new AllocationSession(Fleets.Of(4, Fleets.Pool("a"), Fleets.Pool("b")));
        session.Adopt(session.Solve());

        session.SetPools([Fleets.Pool("a")]);

        Assert.Equal(["a"], session.Solve().Pools.Select(p => p.Pool));
        Assert.Equal(4, session.Solve().Of("a").Nodes);
    }
}
