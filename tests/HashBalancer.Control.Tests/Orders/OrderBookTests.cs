using HashBalancer.Ring;

namespace HashBalancer.Control.Tests.Orders;

public sealed class OrderBookTests
{
    private static readonly CoordinationKeys Keys = new("hashbalancer/leader");

    [Fact]
    public void Read_EntriesOfEachKind_AreFollowed()
    {
        OrderBook book = OrderBook.Read(
            [
                (Keys.OrderOfWeight("a/b", "n/1"), "2.5"), (Keys.OrderOfOverride("items", 0x10, 0x1f), "n-1"), (Keys.OrderOfOverride("items", 0, 0xf), "n-2"),
                (Keys.OrderOfRebalancing(null), "Off"), (Keys.OrderOfRebalancing("all"), "On"),
            ], Keys, out List<(string Key, string Fault)> faults);

        Assert.Empty(faults);
        Assert.Equal(2.5, book.WeightsOf("A/B")["n/1"]);
        Assert.Equal([new RingOverride(0, 0xf, "n-2"), new RingOverride(0x10, 0x1f, "n-1")], book.OverridesOf("ITEMS"));
        Assert.Equal((RebalancingMode.On, RebalancingMode.Off), (book.RebalancingOf("all"), book.RebalancingOf("items")));
        Assert.Null(OrderBook.Empty.RebalancingOf("items"));
    }

    [Theory]
    [InlineData("hashbalancer/orders/weights/items/n-1", "-1", "its weight is '-1', but must be 0 to 1000")]
    [InlineData("hashbalancer/orders/weights/items/n-1", "NaN", "its weight is 'NaN', but must be 0 to 1000")]
    [InlineData("hashbalancer/orders/overrides/items/0000001f-00000010", "n-1", "it is no arc of first and last position with a node")]
    [InlineData("hashbalancer/orders/overrides/items/00000010-0000001f", "", "it is no arc of first and last position with a node")]
    [InlineData("hashbalancer/orders/rebalancing/all", "7", "it is '7', but must be Off, Observe or On")]
    [InlineData("hashbalancer/orders/colours/items", "red", "it is no order that this version knows")]
    public void Read_EntryThatSaysNothing_IsLeftOutWithItsFault(string key, string value, string fault)
    {
        OrderBook book = OrderBook.Read([(key, value), (Keys.OrderOfWeight("items", "n-2"), "3")], Keys, out List<(string Key, string Fault)> faults);

        Assert.Equal((key, fault), Assert.Single(faults));
        Assert.Equal(3, Assert.Single(book.WeightsOf("items")).Value);
    }

    [Fact]
    public void Read_ArcsThatOverlap_KeepsTheSameOneWhateverTheirOrder()
    {
        (string, string)[] entries = [(Keys.OrderOfOverride("items", 0, 0x1f), "n-1"), (Keys.OrderOfOverride("items", 0x10, 0x2f), "n-2")];
        foreach (IEnumerable<(string, string)> order in new[] { entries, entries.Reverse() })
            Assert.Equal(new RingOverride(0, 0x1f, "n-1"), Assert.Single(OrderBook.Read(order, Keys, out _).OverridesOf("items")));
    }

    [Fact]
    public void Over_OrderedArcs_WinOverTheLeadersAndLeaveTheRestOfThem()
    {
        Assert.Equal(
            [new RingOverride(0, 9, "a"), new RingOverride(10, 19, "x"), new RingOverride(20, 30, "a"), new RingOverride(40, 50, "b")],
            OverrideEdits.Over([new RingOverride(0, 30, "a"), new RingOverride(40, 50, "b")], [new RingOverride(10, 19, "x")]));
    }
}
