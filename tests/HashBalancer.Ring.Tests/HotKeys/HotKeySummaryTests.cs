namespace HashBalancer.Ring.Tests.HotKeys;

public sealed class HotKeySummaryTests
{
    [Fact]
    public void Merge_SumsWhatBothList_AndAddsTheFloorOfWhoeverDoesNot()
    {
        HotKeySummary one = new(100, 5, [new(1, 50, 0), new(2, 10, 5), new(3, 5, 5)]);
        HotKeySummary other = new(40, 2, [new(1, 20, 1), new(4, 8, 2)]);

        HotKeySummary merged = HotKeySummary.Merge([one, other], 10);

        Assert.Equal((140, 7), (merged.Total, merged.Floor));
        Assert.Equal([new HotKey(1, 70, 1), new HotKey(4, 13, 7), new HotKey(2, 12, 7), new HotKey(3, 7, 7)], merged.Keys);
    }

    [Fact]
    public void Merge_MoreKeysThanCapacity_KeepsTheGreatest_AndRaisesTheFloor()
    {
        HotKeySummary one = new(100, 0, [new(1, 50, 0), new(2, 30, 0), new(3, 20, 0)]);

        HotKeySummary merged = HotKeySummary.Merge([one], 2);

        Assert.Equal([new HotKey(1, 50, 0), new HotKey(2, 30, 0)], merged.Keys);
        Assert.Equal((100, 20), (merged.Total, merged.Floor));
    }

    [Fact]
    public void Merge_EqualCounts_OrderByHash()
    {
        HotKeySummary merged = HotKeySummary.Merge([new(4, 0, [new(9, 2, 0), new(3, 2, 0)])], 5);

        Assert.Equal([3UL, 9UL], merged.Keys.Select(k => k.Hash));
    }

    [Fact]
    public void Merge_OfNothing_IsNone()
    {
        Assert.Equal((0, 0, 0), (HotKeySummary.Merge([], 3).Total, HotKeySummary.Merge([], 3).Floor, HotKeySummary.Merge([HotKeySummary.None], 3).Keys.Count));
        Assert.Equal(0, HotKeySummary.None.ShareOf(new HotKey(1, 5, 0)));
        Assert.Throws<ArgumentNullException>("summaries", () => HotKeySummary.Merge(null!, 3));
        Assert.Throws<ArgumentOutOfRangeException>("capacity", () => HotKeySummary.Merge([], 0));
    }
}
