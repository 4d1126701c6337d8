namespace HashBalancer.Ring.Tests;

public sealed class HashRingTests
{
    [Fact]
    public void Owner_EmptyRing_IsNone() => Assert.Equal(-1, HashRing.Empty.Owner(42));
}
