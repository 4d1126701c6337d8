using HashBalancer.Allocation.Policies.Drf;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Tests.Policies.Drf;

public sealed class DrfTests
{
    private static readonly ResourceSet Set = new("cpu", "memory");
    private static readonly ResourceVector Unit = Set.Vector(("cpu", 1));

    [Theory]
    [InlineData(-1, 0, 1)]
    [InlineData(double.PositiveInfinity, 0, 1)]
    [InlineData(1, -1, 1)]
    [InlineData(1, 2, 1)]
    public void Divide_BadClaim_ThrowsNamingIt(double weight, double floor, double ceiling) =>
        Assert.StartsWith(
            $"Claim 'a' has weight {weight}, floor {floor}, ceiling {ceiling}; all must be 0 or more, and the ceiling not below the floor.",
            Assert.Throws<ArgumentException>(() => DominantResourceFairness.Divide(Unit, [new DrfClaim("a", Unit) { Weight = weight, Floor = floor, Ceiling = ceiling }])).Message);

    [Fact]
    public void Divide_ClaimOfNothing_Throws() =>
        Assert.StartsWith("Claim 'a' demands nothing.", Assert.Throws<ArgumentException>(() => DominantResourceFairness.Divide(Unit, [new DrfClaim("a", Set.Vector())])).Message);

    [Fact]
    public void Divide_InfeasibleFloors_AreScaledByOneFactor()
    {
        DrfDivision division = DominantResourceFairness.Divide(
            Set.Vector(("cpu", 10), ("memory", 100)),
            [new DrfClaim("a", Set.Vector(("cpu", 1), ("memory", 1))) { Floor = 15 }, new DrfClaim("b", Set.Vector(("cpu", 1))) { Floor = 5 }, new DrfClaim("c", Set.Vector(("memory", 1))) { Floor = 8 }]);
        Assert.True(division.InfeasibleFloors);
        Assert.Equal([7.5, 2.5, 92.5], division.Shares.Select(s => s.Tasks));
        Assert.Equal(["cpu", "memory"], division.UsedUp);
    }

    [Fact]
    public void Divide_ResourceThatIsNotThere_GivesNothing()
    {
        DrfDivision division = DominantResourceFairness.Divide(
            Set.Vector(("memory", 4)), [new DrfClaim("a", Set.Vector(("cpu", 1), ("memory", 1))), new DrfClaim("b", Set.Vector(("memory", 1))) { Weight = 0 }]);
        Assert.Equal([0, 4], division.Shares.Select(s => s.Tasks));
        Assert.Equal([0, 1], division.Shares.Select(s => s.DominantShare));
        Assert.Equal(["cpu", "memory"], division.UsedUp);
    }

    [Fact]
    public void Divide_ZeroWeight_SharesWhatIsLeft()
    {
        DrfDivision division = DominantResourceFairness.Divide(
            Set.Vector(("cpu", 10)), [new DrfClaim("a", Unit) { Ceiling = 4 }, new DrfClaim("b", Unit) { Weight = 0 }, new DrfClaim("c", Unit) { Weight = 0 }]);
        Assert.Equal([4, 3, 3], division.Shares.Select(s => s.Tasks));
    }

    [Fact]
    public void Discrete_FloorsBeyondTheFleet_AreServedInOrderAndFlagged()
    {
        DiscreteDrfDivision result = DiscreteDrf.Divide(Set.Vector(("cpu", 5)), [new DrfClaim("a", Unit) { Floor = 3 }, new DrfClaim("b", Unit) { Floor = 4 }]);
        Assert.True(result.Division.InfeasibleFloors);
        Assert.Equal([3, 2], result.Division.Shares.Select(s => s.Tasks));
        Assert.Equal(["a", "a", "a", "b", "b"], result.Sequence);
        Assert.Equal(["cpu", "memory"], result.Division.UsedUp);
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, -1, 1)]
    [InlineData(1, 2, 1)]
    public void Discrete_BadClaim_ThrowsNamingIt(double weight, double floor, double ceiling) =>
        Assert.StartsWith(
            $"Claim 'a' needs a weight above 0, a floor of 0 or more, a ceiling not below it and a demand; it has weight {weight}, floor {floor}, ceiling {ceiling}, demand cpu 1.",
            Assert.Throws<ArgumentException>(() => DiscreteDrf.Divide(Unit, [new DrfClaim("a", Unit) { Weight = weight, Floor = floor, Ceiling = ceiling }])).Message);

    [Fact]
    public void Discrete_ClaimOfNothing_Throws() =>
        Assert.Contains("demand nothing", Assert.Throws<ArgumentException>(() => DiscreteDrf.Divide(Unit, [new DrfClaim("a", Set.Vector())])).Message);

    [Fact]
    public void Discrete_ThreeTenths_TieWithThreeTasksOfATenth()
    {
        // 3 × 0.1 and 0.3 are level, so the order of the claims decides.
        DiscreteDrfDivision result = DiscreteDrf.Divide(
            Set.Vector(("cpu", 1)), [new DrfClaim("big", Set.Vector(("cpu", 0.3m))) { Ceiling = 2 }, new DrfClaim("small", Set.Vector(("cpu", 0.1m))) { Ceiling = 4 }]);
        Assert.Equal(["big", "small", "small", "small", "big", "small"], result.Sequence);
    }

    [Fact]
    public void Order_LexicographicTie_LooksAtTheNextShares()
    {
        ResourceVector total = Set.Vector(("cpu", 10), ("memory", 10));
        DrfHolding a = new("a", Set.Vector(("cpu", 5), ("memory", 4))), b = new("b", Set.Vector(("cpu", 3), ("memory", 5)), Allocations: 9);
        Assert.Equal([b, a], DrfOrder.Sort(total, [a, b], DrfTieBreak.Lexicographic));
        Assert.Equal([a, b], DrfOrder.Sort(total, [b, a]));
    }

    [Fact]
    public void Order_AllLevel_GoesByName()
    {
        DrfHolding a = new("a", Unit), b = new("b", Unit);
        Assert.Equal([a, b], DrfOrder.Sort(Set.Vector(("cpu", 10), ("memory", 1)), [b, a], DrfTieBreak.Lexicographic));
    }

    [Fact]
    public void Order_Lexicographic_DividesEveryShareByTheWeight()
    {
        ResourceVector total = Set.Vector(("cpu", 10), ("memory", 10));
        DrfHolding heavy = new("heavy", Set.Vector(("cpu", 6), ("memory", 4)), Weight: 2), light = new("light", Set.Vector(("cpu", 3), ("memory", 1)));
        Assert.Equal([light, heavy], DrfOrder.Sort(total, [heavy, light], DrfTieBreak.Lexicographic));
    }

    [Fact]
    public void Hierarchical_WeightedSiblings_ArePaidByWeightAtEveryLevel()
    {
        IReadOnlyDictionary<string, int> tasks = HierarchicalDrf.Divide(
            Set.Vector(("cpu", 60)),
            [
                new HierarchicalDrfPool("a") { Demand = Unit },
                new HierarchicalDrfPool("b") { Weight = 2 },
                new HierarchicalDrfPool("b1", "b") { Weight = 3, Demand = Unit },
                new HierarchicalDrfPool("b2", "b") { Demand = Unit },
            ]);
        Assert.Equal(new Dictionary<string, int> { ["a"] = 20, ["b1"] = 30, ["b2"] = 10 }, tasks);
    }

    [Fact]
    public void Hierarchical_NoPools_GivesNothing() => Assert.Empty(HierarchicalDrf.Divide(Unit, []));

    [Theory]
    [MemberData(nameof(BadTrees))]
    public void Hierarchical_BadTree_Throws(HierarchicalDrfPool[] pools, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => HierarchicalDrf.Divide(Unit, pools)).Message);

    public static TheoryData<HierarchicalDrfPool[], string> BadTrees => new()
    {
        { [new HierarchicalDrfPool("a") { Demand = Unit, Weight = 0 }], "Pool 'a' has weight 0; it must be above 0." },
        { [new HierarchicalDrfPool("a") { Demand = Unit }, new HierarchicalDrfPool("a") { Demand = Unit }], "Pool 'a' stands twice." },
        { [new HierarchicalDrfPool("a", "x") { Demand = Unit }], "Pool 'a' has the unknown parent 'x'." },
        { [new HierarchicalDrfPool("a")], "Pool 'a' has no children and demands nothing." },
        { [new HierarchicalDrfPool("a") { Demand = Set.Vector() }], "Pool 'a' has no children and demands nothing." },
        { [new HierarchicalDrfPool("a") { Demand = Unit }, new HierarchicalDrfPool("b", "a") { Demand = Unit }], "Pool 'a' has children and a demand of its own." },
        { [new HierarchicalDrfPool("a", "b"), new HierarchicalDrfPool("b", "a")], "The parents of some pools form a cycle." },
    };
}
