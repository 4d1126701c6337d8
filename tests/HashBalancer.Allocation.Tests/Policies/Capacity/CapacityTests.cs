using HashBalancer.Allocation.Policies.Capacity;

namespace HashBalancer.Allocation.Tests.Policies.Capacity;

public sealed class CapacityTests
{
    [Fact]
    public void Divide_GuaranteesAboveTheCapacity_AreCutByPriority()
    {
        IReadOnlyDictionary<string, CapacityShare> shares = CapacityTree.Divide(50, [new CapacityPool("a", 40) { Priority = 1 }, new CapacityPool("b", 30), new CapacityPool("c", 10)]);
        Assert.Equal([40, 7.5, 2.5], shares.Values.Select(s => s.Share));
        Assert.Equal([0, 0, 0], shares.Values.Select(s => s.Borrowed));
    }

    [Fact]
    public void Divide_WithoutGuarantees_SharesEquallyAfterTheOthersByPriority()
    {
        IReadOnlyDictionary<string, CapacityShare> shares = CapacityTree.Divide(
            100, [new CapacityPool("a", 20) { Request = 40 }, new CapacityPool("b", 0) { Request = 50 }, new CapacityPool("c", 0), new CapacityPool("d", 0) { Priority = 1, Request = 10 }]);
        Assert.Equal([40, 25, 25, 10], shares.Values.Select(s => s.Share));
        Assert.Equal([20, 25, 25, 10], shares.Values.Select(s => s.Borrowed));
    }

    [Fact]
    public void Divide_ParentMaximum_HoldsForItsChildren()
    {
        IReadOnlyDictionary<string, CapacityShare> shares = CapacityTree.Divide(
            100, [new CapacityPool("a", 50) { Maximum = 60 }, new CapacityPool("a1", 30, "a"), new CapacityPool("a2", 20, "a"), new CapacityPool("b", 50) { Request = 5 }]);
        Assert.Equal([60, 36, 24, 5], shares.Values.Select(s => s.Share));
    }

    [Theory]
    [InlineData(-1, 1, 1)]
    [InlineData(1, -1, 1)]
    [InlineData(1, 1, -1)]
    public void Divide_BadNumber_Throws(double guaranteed, double maximum, double request) =>
        Assert.StartsWith(
            $"Pool 'a' has guarantee {guaranteed}, maximum {maximum}, request {request}; all must be 0 or more.",
            Assert.Throws<ArgumentException>(() => CapacityTree.Divide(1, [new CapacityPool("a", guaranteed) { Maximum = maximum, Request = request }])).Message);

    [Fact]
    public void Divide_BadTree_Throws()
    {
        Assert.StartsWith("Pool 'a' stands twice.", Assert.Throws<ArgumentException>(() => CapacityTree.Divide(1, [new CapacityPool("a", 1), new CapacityPool("a", 1)])).Message);
        Assert.StartsWith("Pool 'a' has the unknown parent 'x'.", Assert.Throws<ArgumentException>(() => CapacityTree.Divide(1, [new CapacityPool("a", 1, "x")])).Message);
        Assert.StartsWith("The parents of some pools form a cycle.", Assert.Throws<ArgumentException>(() => CapacityTree.Divide(1, [new CapacityPool("a", 1, "b"), new CapacityPool("b", 1, "a")])).Message);
    }

    [Theory]
    [InlineData(100, 0, 2, 25, 1, 50)]
    [InlineData(100, 0, 4, 25, 1, 25)]
    [InlineData(100, 200, 2, 25, 1, 100)]
    [InlineData(100, 200, 2, 25, 0.5, 50)]
    [InlineData(100, 0, 1, 100, 1, 100)]
    public void UserLimit_OfUsers_IsTheirPart(double capacity, double used, int users, double percent, double factor, double expected) =>
        Assert.Equal(expected, UserLimit.Of(capacity, used, users, percent, factor));

    [Fact]
    public void UserLimit_OutOfRange_Throws()
    {
        Assert.Equal("poolCapacity", Assert.Throws<ArgumentOutOfRangeException>(() => UserLimit.Of(-1, 0, 1)).ParamName);
        Assert.Equal("poolUsed", Assert.Throws<ArgumentOutOfRangeException>(() => UserLimit.Of(1, -1, 1)).ParamName);
        Assert.Equal("activeUsers", Assert.Throws<ArgumentOutOfRangeException>(() => UserLimit.Of(1, 0, 0)).ParamName);
        Assert.Equal("minimumPercent", Assert.Throws<ArgumentOutOfRangeException>(() => UserLimit.Of(1, 0, 1, 0)).ParamName);
        Assert.Equal("minimumPercent", Assert.Throws<ArgumentOutOfRangeException>(() => UserLimit.Of(1, 0, 1, 101)).ParamName);
        Assert.Equal("factor", Assert.Throws<ArgumentOutOfRangeException>(() => UserLimit.Of(1, 0, 1, 50, 0)).ParamName);
    }
}
