namespace HashBalancer.Control.Tests.Rebalancing;

public sealed class SliceRatesTests
{
    private const uint Quarter = 1u << 30;

    // Four slices: 0 to 9/s in the second, 3/s in all others together.
    private static readonly SliceRates Rates = new(2, [(1, 9)], 3);

    [Theory]
    [InlineData(0u, Quarter - 1, 1)]
    [InlineData(Quarter, (2 * Quarter) - 1, 9)]
    [InlineData(Quarter, Quarter + (Quarter / 3) - 1, 3)]
    [InlineData(Quarter / 2, Quarter + (Quarter / 2) - 1, 5)]
    [InlineData(2 * Quarter, uint.MaxValue, 2)]
    [InlineData(0u, uint.MaxValue, 12)]
    public void Of_Stretch_CountsSlicesByTheirPart(uint first, uint last, double rate) => Assert.Equal(rate, Rates.Of(first, last), 6);

    [Fact]
    public void Total_IsTheWholeCircle() => Assert.Equal(12, Rates.Total);

    [Theory]
    [InlineData(0u, uint.MaxValue, 0.5, null)]
    [InlineData(0u, uint.MaxValue, 1, Quarter - 1)]
    [InlineData(0u, uint.MaxValue, 9.9, Quarter - 1)]
    [InlineData(0u, uint.MaxValue, 10, (2 * Quarter) - 1)]
    [InlineData(0u, uint.MaxValue, 100, uint.MaxValue)]
    [InlineData(Quarter / 2, (2 * Quarter) - 1, 0.6, Quarter - 1)]
    public void EndOf_Limit_IsTheLastSliceThatFits(uint first, uint last, double atMost, uint? end) => Assert.Equal(end, Rates.EndOf(first, last, atMost + 1e-9));

    [Fact]
    public void Merge_GatewaysWithOtherHeavySlices_AddsUpEverywhere()
    {
        var other = new SliceRates(3, [(2, 4), (7, 8)], 6);
        var sum = SliceRates.Merge([Rates, other]);
        Assert.Equal(3, sum.SliceBits);
        Assert.Equal(30, sum.Total, 9);
        Assert.Equal([2u, 3u, 7u], sum.Heavy.Select(h => h.Slice));
        foreach ((uint first, uint last) in (ReadOnlySpan<(uint, uint)>)[(0, Quarter - 1), (Quarter, (2 * Quarter) - 1), (2 * Quarter, uint.MaxValue), (0, uint.MaxValue)])
            Assert.Equal(Rates.Of(first, last) + other.Of(first, last), sum.Of(first, last), 6);
    }

    [Fact]
    public void Merge_Nothing_IsNoLoad() => Assert.Equal(0, SliceRates.Merge([]).Of(0, uint.MaxValue));
}
