namespace HashBalancer.Proxy.Tests.Telemetry;

public sealed class CounterSetTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(4, 8)]
    [InlineData(40, 16)]
    public void Sum_IncrementsOfManyThreads_AreAllCountedOnce(int counters, int stripes)
    {
        var set = new CounterSet(counters, stripes);

        Parallel.For(0, 4, _ =>
        {
            for (int i = 0; i < 5000; i++)
                set.Increment(i % counters);
        });

        for (int counter = 0; counter < counters; counter++)
            Assert.Equal(4 * Enumerable.Range(0, 5000).Count(i => i % counters == counter), set.Sum(counter));
    }
}
