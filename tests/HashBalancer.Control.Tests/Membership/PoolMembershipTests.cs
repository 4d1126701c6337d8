using HashBalancer.Ring;

namespace HashBalancer.Control.Tests;

public sealed class PoolMembershipTests
{
    [Fact]
    public void Constructor_SameIdTwice_IsRefused() => Assert.Equal(
        "Node 'a' stands twice in pool 'items'. (Parameter 'nodes')",
        Assert.Throws<ArgumentException>(() => new PoolMembership("items", MembershipSource.Registry, [new("a", "h", 1), new("a", "h", 2)])).Message);

    [Theory]
    [InlineData(-1)]
    [InlineData(1001)]
    [InlineData(double.NaN)]
    public void Constructor_WeightOutOfRange_IsRefused(double weight) => Assert.Equal(
        $"Node 'a' of pool 'items' has weight {weight}; allowed are 0 to 1000. (Parameter 'nodes')",
        Assert.Throws<ArgumentException>(() => new PoolMembership("items", MembershipSource.Registry, [new("a", "h", 1, weight)])).Message);
}
