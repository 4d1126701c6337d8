using HashBalancer.Gateway.Demo.Sample;

namespace HashBalancer.Gateway.Tests.Demo;

public sealed class LruCacheTests
{
    [Fact]
    public void Use_FullCache_DropsTheLeastRecentlyUsed()
    {
        var cache = new LruCache(2);
        Assert.Equal((false, 1), cache.Use("a"));
        Assert.Equal((false, 2), cache.Use("b"));
        Assert.Equal((true, 2), cache.Use("a"));
        Assert.Equal((false, 2), cache.Use("c"));
        Assert.Equal((true, 2), cache.Use("a"));
        Assert.Equal((false, 2), cache.Use("b"));
    }
}
