using System.Globalization;
using HashBalancer.LoadTests.Measuring;

namespace HashBalancer.LoadTests.Tests.Measuring;

public sealed class NodeTableTests
{
    [Fact]
    public void NumberOf_SameName_IsTheSameNumber()
    {
        var nodes = new NodeTable();

        Assert.Equal((0, 1, 0), (nodes.NumberOf("a"), nodes.NumberOf("b"), nodes.NumberOf("a")));
        Assert.Equal((2, "b"), (nodes.Count, nodes.NameOf(1)));
    }

    [Fact]
    public void NumberOf_MoreNamesThanTheLimit_AreNotTold()
    {
        var nodes = new NodeTable();
        for (int i = 0; i < NodeTable.Limit; i++)
            Assert.Equal(i, nodes.NumberOf(i.ToString(CultureInfo.InvariantCulture)));

        Assert.Equal(-1, nodes.NumberOf("one more"));
        Assert.Equal(NodeTable.Limit, nodes.Count);
    }
}
