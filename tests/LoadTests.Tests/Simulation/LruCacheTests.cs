using HashBalancer.Simulation.Fleet;

namespace HashBalancer.LoadTests.Tests.Simulation;

public sealed class LruCacheTests
{
    [Fact]
    public void Use_MoreKeysThanItHolds_ForgetsTheOneNotUsedForLongest()
    {
        var cache = new LruCache(3);

        Assert.Equal([false, false, false, true, false, true, false, true], new[] { 1, 2, 3, 1, 4, 1, 2, 4 }.Select(cache.Use));
    }

    [Fact]
    public void Use_ManyKeys_IsWhatAListSays()
    {
        var cache = new LruCache(10);
        List<int> list = [];
        var chance = new Random(1);
        for (int i = 0; i < 10_000; i++)
        {
            int key = chance.Next(20);
            bool held = list.Remove(key);
            list.Add(key);
            if (list.Count > 10)
                list.RemoveAt(0);

            Assert.Equal(held, cache.Use(key));
        }
    }
}
