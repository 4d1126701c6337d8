using HashBalancer.Allocation.Policies.Fair;

namespace HashBalancer.Allocation.Tests.Policies.Fair;

public sealed class FairTests
{
    [Theory]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    public void Divide_BadCapacity_Throws(double capacity) =>
        Assert.StartsWith($"The capacity is {capacity}; it must be 0 or more.", Assert.Throws<ArgumentException>(() => MaxMinFairness.Divide(capacity, [])).Message);

    [Theory]
    [InlineData(-1, 0, 1)]
    [InlineData(1, -1, 1)]
    [InlineData(1, 0, -1)]
    [InlineData(double.NaN, 0, 1)]
    public void Divide_BadClaim_ThrowsNamingIt(double weight, double floor, double ceiling) =>
        Assert.StartsWith($"Claim 'a' has weight {weight}, floor {floor}, ceiling {ceiling}; all must be 0 or more.",
            Assert.Throws<ArgumentException>(() => MaxMinFairness.Divide(1, [new FairClaim("a") { Weight = weight, Floor = floor, Ceiling = ceiling }])).Message);

    [Fact]
    public void Divide_FloorsThatJustFit_AreNotCut()
    {
        FairDivision division = MaxMinFairness.Divide(0.3, [new FairClaim("a") { Floor = 0.1 }, new FairClaim("b") { Floor = 0.2 }]);
        Assert.False(division.InfeasibleFloors);
        Assert.Equal([0.1, 0.2], division.Shares);
    }

    [Fact]
    public void Divide_ZeroWeights_ShareEquallyWhatIsLeft() =>
        Assert.Equal([10, 5, 3, 2], MaxMinFairness.Divide(20, [new FairClaim("a") { Ceiling = 10 }, new FairClaim("b") { Weight = 0 }, new FairClaim("c") { Weight = 0, Ceiling = 3 }, new FairClaim("d") { Weight = 0, Floor = 2, Ceiling = 2 }]).Shares);

    [Fact]
    public void Tree_NameTwice_Throws() =>
        Assert.StartsWith("Pool 'a' stands twice.", Assert.Throws<ArgumentException>(() => FairTree.Divide(1, [Pool("a"), Pool("a")], FairShareKind.Steady)).Message);

    [Fact]
    public void Tree_UnknownParent_Throws() =>
        Assert.StartsWith("Pool 'a' has the unknown parent 'x'.", Assert.Throws<ArgumentException>(() => FairTree.Divide(1, [Pool("a", "x")], FairShareKind.Steady)).Message);

    [Fact]
    public void Tree_Cycle_Throws() =>
        Assert.StartsWith("The parents of some pools form a cycle.", Assert.Throws<ArgumentException>(() => FairTree.Divide(1, [Pool("a", "b"), Pool("b", "a")], FairShareKind.Steady)).Message);

    [Fact]
    public void Tree_ChildrenOfCappedParent_ShareWhatItGot()
    {
        IReadOnlyDictionary<string, double> shares = FairTree.Divide(
            30, [new FairTreePool(new FairClaim("a") { Ceiling = 6 }), Pool("a1", "a"), Pool("a2", "a"), Pool("b")], FairShareKind.Steady);
        Assert.Equal(new Dictionary<string, double> { ["a"] = 6, ["a1"] = 3, ["a2"] = 3, ["b"] = 24 }, shares);
    }

    private static FairTreePool Pool(string name, string? parent = null) => new(new FairClaim(name), parent);
}
