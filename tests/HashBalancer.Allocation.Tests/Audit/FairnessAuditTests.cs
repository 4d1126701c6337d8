using HashBalancer.Allocation.Audit;
using HashBalancer.Allocation.Policies.Drf;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Tests.Audit;

public sealed class FairnessAuditTests
{
    private static readonly ResourceSet Set = new("cpu");
    private static readonly ResourceVector Capacity = Set.Vector(("cpu", 10));
    private static readonly DrfClaim A = new("a", Set.Vector(("cpu", 1))), B = new("b", Set.Vector(("cpu", 2)));

    [Theory]
    [InlineData(6, 2, true, true, true, true)]
    [InlineData(6, 2.1, false, true, true, true)]
    [InlineData(-1, 2, false, false, false, true)]
    [InlineData(4, 3, true, true, false, true)]
    [InlineData(5, 2, true, false, true, true)]
    public void Judge_Tasks_AreMeasured(double a, double b, bool feasible, bool pareto, bool incentive, bool envyFree)
    {
        FairnessReport report = FairnessAudit.Judge(Capacity, [A with { Weight = 1 }, B with { Weight = 1, Ceiling = 3 }], [a, b]);
        Assert.Equal((feasible, pareto), (report.Feasible, report.ParetoEfficient));
        if (a >= 0)
            Assert.Equal(incentive, a >= 5);
        Assert.True(envyFree || !report.EnvyFree);
    }

    [Fact]
    public void Judge_MoreThanAskedFor_IsNotFeasible() => Assert.False(FairnessAudit.Judge(Capacity, [A with { Ceiling = 2 }], [3]).Feasible);

    [Fact]
    public void Judge_SatisfiedPool_NeverComplains() =>
        Assert.Equal(new FairnessReport(true, true, true, true), FairnessAudit.Judge(Capacity, [A with { Ceiling = 1 }, A], [1, 9]));

    [Fact]
    public void Judge_HeavierNeighbour_MayHoldMoreByItsWeight()
    {
        Assert.True(FairnessAudit.Judge(Capacity, [A with { Weight = 4 }, A], [8, 2]).EnvyFree);
        Assert.False(FairnessAudit.Judge(Capacity, [A with { Weight = 3 }, A], [8, 2]).EnvyFree);
        Assert.False(FairnessAudit.Judge(Capacity, [A with { Weight = 3 }, A], [8, 2]).SharingIncentive);
    }

    [Fact]
    public void Runnable_Bundle_IsLimitedByTheScarcestResourceAndTheCeiling()
    {
        var two = new ResourceSet("cpu", "memory");
        var claim = new DrfClaim("a", two.Vector(("cpu", 1), ("memory", 4)));
        Assert.Equal(1.5, FairnessAudit.Runnable(claim, two.Vector(("cpu", 3), ("memory", 3)), 2));
        Assert.Equal(1, FairnessAudit.Runnable(claim with { Ceiling = 1 }, two.Vector(("cpu", 3), ("memory", 3)), 2));
    }
}
