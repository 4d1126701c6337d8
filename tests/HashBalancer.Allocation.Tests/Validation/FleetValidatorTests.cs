using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Solving;
using HashBalancer.Allocation.Tests.Support;
using HashBalancer.Allocation.Validation;

namespace HashBalancer.Allocation.Tests.Validation;

public sealed class FleetValidatorTests
{
    [Fact]
    public void Check_AFleetFullOfFaults_NamesAllOfThemAtOnce()
    {
        FleetSpec spec = Fleets.Of(
            2,
            Fleets.Pool("low") with { Maximum = Fleets.Cpus(1), Guaranteed = Fleets.Cpus(2) },
            Fleets.Pool("much") with { Guaranteed = Fleets.Cpus(5) },
            Fleets.Pool("negative") with { UnitDemand = Fleets.Cpus(-1), Weight = -1 },
            Fleets.Pool("strange") with { UnitDemand = new Dictionary<string, decimal>(StringComparer.Ordinal) { ["cpus"] = 1 } },
            Fleets.Pool("x") with { Parent = "y" },
            Fleets.Pool("y") with { Parent = "x", UnitDemand = new Dictionary<string, decimal>(StringComparer.Ordinal) },
            Fleets.Pool("lost") with { Parent = "nowhere" },
            Fleets.Pool("picky") with { Filter = new NodeFilter { Zones = ["moon"] } },
            Fleets.Pool("nobody") with { Policy = "fare" });

        string[] faults = [.. FleetValidator.Check(spec).Select(f => $"{f.Subject} {f.Field}")];

        foreach (string expected in (string[])[
            "pool 'low' Maximum.cpu", "fleet Guaranteed.cpu", "pool 'negative' UnitDemand.cpu", "pool 'negative' Weight",
            "pool 'strange' UnitDemand.cpus", "pool 'lost' Parent", "pool 'picky' Filter", "pool 'nobody' Policy"])
        {
            Assert.Contains(expected, faults);
        }

        Assert.Contains(FleetValidator.Check(spec), f => f.Field == "Parent" && f.Message.StartsWith("is part of a cycle: ", StringComparison.Ordinal));
        Assert.Equal(faults.Length, Assert.Throws<AllocationSpecException>(() => AllocationSession.Solve(spec)).Faults.Count);
    }

    [Theory]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Check_UnitsOutOfRange_AreAFault(double units) =>
        AssertFault(Fleets.Of(1, Fleets.Pool("a")) with { Demands = [new PoolDemand("a", units)] }, $"pool 'a': Units: is {units}; allowed are finite numbers of 0 or more");

    [Fact]
    public void Check_ADemandThatOverflows_IsAFault()
    {
        FleetSpec spec = Fleets.Of(1, Fleets.Pool("a")) with { Demands = [new PoolDemand("a", 1e300)] };

        Assert.StartsWith("is 1E+300, with which a resource exceeds ", Assert.Single(FleetValidator.Check(spec)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_TwoDemandsOfAPool_AreAFault() =>
        AssertFault(Fleets.Of(1, Fleets.Pool("a")) with { Demands = [new PoolDemand("a", 1), new PoolDemand("a", 2)] }, "pool 'a': Units: there are two demands");

    [Fact]
    public void Check_ADemandOfNoPool_IsAFault() =>
        AssertFault(Fleets.Of(1, Fleets.Pool("a")) with { Demands = [new PoolDemand("b", 1)] }, "pool 'b': Units: there is a demand, but no such pool");

    [Fact]
    public void Check_ANodeWithNothing_IsAFault() =>
        AssertFault(Fleets.Of(1, Fleets.Pool("a")) with { Nodes = [Fleets.Node(1), new FleetNode("n2") { Capacity = Fleets.Cpus(0) }] }, "node 'n2': Capacity: is nothing");

    [Fact]
    public void Check_AnUnknownResource_NamesTheNearest() => AssertFault(
        Fleets.Of(1, Fleets.Pool("a") with { Maximum = new Dictionary<string, decimal>(StringComparer.Ordinal) { ["cqu"] = 1 } }),
        "pool 'a': Maximum.cqu: unknown resource, did you mean 'cpu'?; known are cpu");

    [Fact]
    public void Check_ChildrenGuaranteedMoreThanTheirParent_AreAFault() => AssertFault(
        Fleets.Of(
            4,
            new PoolSpec("top") { Guaranteed = Fleets.Cpus(2) },
            Fleets.Pool("a") with { Parent = "top", Guaranteed = Fleets.Cpus(2) },
            Fleets.Pool("b") with { Parent = "top", Guaranteed = Fleets.Cpus(1) }),
        "pool 'top': Guaranteed.cpu: is 2, but its children are guaranteed 3");

    [Fact]
    public void Check_AGoodFleet_HasNoFaults() => Assert.Empty(FleetValidator.Check(Fleets.Of(2, Fleets.Pool("a"), Fleets.Pool("b"))));

    /// <summary>More guaranteed than there is, where that is allowed: cut and flagged, and never more given than there is.</summary>
    [Fact]
    public void Solve_GuaranteesAboveTheFleet_AreCutAndFlagged()
    {
        FleetSpec spec = Fleets.Of(4, Fleets.Pool("a") with { Guaranteed = Fleets.Cpus(6) }, Fleets.Pool("b") with { Guaranteed = Fleets.Cpus(2) });

        FleetAllocation cut = AllocationSession.Solve(spec with { AllowOvercommit = true });

        Assert.True(cut.InfeasibleGuarantees);
        Assert.Equal((3, 1), (cut.Of("a").Nodes, cut.Of("b").Nodes));
        Assert.False(AllocationSession.Solve(Fleets.Of(4, Fleets.Pool("a"))).InfeasibleGuarantees);
    }

    private static void AssertFault(FleetSpec spec, string expected) => Assert.Equal(expected, Assert.Single(FleetValidator.Check(spec)).ToString());
}
