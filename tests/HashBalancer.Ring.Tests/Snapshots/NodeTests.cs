namespace HashBalancer.Ring.Tests.Snapshots;

public sealed class NodeTests
{
    [Theory]
    [InlineData("10.0.0.7", 5000, "http://10.0.0.7:5000/")]
    [InlineData("::1", 80, "http://[::1]:80/")]
    [InlineData("items.internal", 65535, "http://items.internal:65535/")]
    public void Address_HostAndPort_AreAnAbsoluteUri(string host, int port, string expected) =>
        Assert.Equal(expected, NodeAt(host, port).Address);

    [Fact]
    public void Address_CopyWithOtherHostAndPort_Follows()
    {
        Node moved = NodeAt("10.0.0.7", 5000) with { Host = "::1", Port = 6000 };

        Assert.Equal("http://[::1]:6000/", moved.Address);
        Assert.Equal(NodeAt("::1", 6000) with { Load = moved.Load }, moved);
    }

    private static Node NodeAt(string host, int port) => new("a", host, port, 1, NodeState.Up, new NodeLoad());
}
