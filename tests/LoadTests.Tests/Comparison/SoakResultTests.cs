using HashBalancer.Comparison.Reports;

namespace HashBalancer.LoadTests.Tests.Comparison;

public sealed class SoakResultTests
{
    [Fact]
    public void Of_MemoryThatGrows_GivesTheSlopeOfTheSecondHalf()
    {
        // Ten samples, one every 6 s: 100 MB while warming up, then 1 MB more with each.
        MemorySample[] samples = [.. Enumerable.Range(0, 10).Select(i => new MemorySample(i * 6, i < 5 ? 100_000_000 : 100_000_000 + (i - 5) * 1_000_000))];

        SoakResult result = SoakResult.Of("proxy", 10, 0, allocated: 5000, samples);

        Assert.Equal(500, result.AllocatedBytes);
        Assert.Equal(10_000_000, result.SlopeBytesPerMinute, 3);
        Assert.Equal((100_000_000, 104_000_000, 104_000_000), (result.FirstBytes, result.LastBytes, result.HighestBytes));
    }
}
