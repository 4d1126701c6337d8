using HashBalancer.Allocation.Explaining;
using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Policies;
using HashBalancer.Allocation.Solving;
using HashBalancer.Allocation.Tests.Support;

namespace HashBalancer.Allocation.Tests.Explaining;

public sealed class ExplanationTests
{
    [Fact]
    public void Explain_APoolWithAllItWants_IsSatisfied()
    {
        PoolExplanation why = Explain(Fleets.Of(4, Fleets.Pool("a")), "a");

        Assert.Equal((BindingLimit.Satisfied, ""), (why.Limit, why.LimitedBy));
        Assert.Equal("a", why.NextMove?.Move.To);
    }

    [Fact]
    public void Explain_AFleetUsedUp_NamesTheResourceAndWhatWeightWouldDo()
    {
        PoolExplanation why = Explain(Fleets.Of(6, Fleets.Pool("a"), Fleets.Pool("b")), "a");

        Assert.Equal((BindingLimit.FleetResource, "cpu"), (why.Limit, why.LimitedBy));
        Assert.Equal(3, why.Allocation.Target, 9);
        Assert.Equal(1, why.PerUnitOfWeight, 9);
    }

    [Fact]
    public void Explain_APoolAtItsMaximum_NamesIt()
    {
        PoolExplanation why = Explain(Fleets.Of(6, Fleets.Pool("a") with { Maximum = Fleets.Cpus(2) }), "a");

        Assert.Equal((BindingLimit.OwnMaximum, "cpu"), (why.Limit, why.LimitedBy));
    }

    [Fact]
    public void Explain_AParentAtItsMaximum_NamesItAndTheResource()
    {
        PoolExplanation why = Explain(Fleets.Of(6, new PoolSpec("top") { Maximum = Fleets.Cpus(2) }, Fleets.Pool("a") with { Parent = "top" }), "a");

        Assert.Equal((BindingLimit.ParentMaximum, "top.cpu"), (why.Limit, why.LimitedBy));
    }

    [Fact]
    public void Explain_AFrozenPool_SaysSo() =>
        Assert.Equal(BindingLimit.Frozen, Explain(Fleets.Of(2, Fleets.Pool("a") with { Frozen = true }), "a").Limit);

    [Fact]
    public void Explain_NoNodeThatSuits_SaysSo()
    {
        FleetSpec spec = Fleets.Of(2, Fleets.Pool("a") with { Filter = new NodeFilter { Nodes = ["n1"] } });

        Assert.Equal(BindingLimit.NoSuitableNode, Explain(spec, "a").Limit);
    }

    [Fact]
    public void Explain_LenderAndBorrower_NameEachOther()
    {
        FleetSpec spec = Fleets.Of(6, Fleets.Pool("lender") with { Guaranteed = Fleets.Cpus(4) }, Fleets.Pool("borrower") with { Guaranteed = Fleets.Cpus(2) })
            with
        { Policy = PolicyNames.Capacity, Demands = [new PoolDemand("lender", 1), new PoolDemand("borrower", 6)] };

        PoolExplanation borrower = Explain(spec, "borrower"), lender = Explain(spec, "lender");

        Assert.Equal((3.0, 0.0), (borrower.Borrowed, borrower.Lent));
        Assert.Equal([new LendingPool("lender", 3)], borrower.Lenders);
        Assert.Empty(borrower.Borrowers);
        Assert.Equal((0.0, 3.0), (lender.Borrowed, lender.Lent));
        Assert.Equal([new LendingPool("borrower", 3)], lender.Borrowers);
        Assert.Empty(lender.Lenders);
    }

    [Fact]
    public void Explain_EveryPoolOfATree_HasAnAnswer()
    {
        FleetSpec spec = Fleets.Of(8, new PoolSpec("top"), Fleets.Pool("a") with { Parent = "top" }, Fleets.Pool("b") with { Parent = "top" }, Fleets.Pool("c"));
        FleetAllocation solved = AllocationSession.Solve(spec);

        Assert.All(solved.Pools, pool => Assert.Equal(BindingLimit.FleetResource, solved.Explain(pool.Pool).Limit));
        Assert.Equal(["a", "b", "c"], solved.Pools.Select(p => p.Pool));
    }

    private static PoolExplanation Explain(FleetSpec spec, string pool) => AllocationSession.Solve(spec).Explain(pool);
}
