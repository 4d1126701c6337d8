using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Tests.Hosting;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080", true)]
    [InlineData("localhost:0", "127.0.0.1:0", true)]
    [InlineData("*:80", "*:80", false)]
    [InlineData("[::1]:65535", "[::1]:65535", true)]
    [InlineData("0.0.0.0:1", "0.0.0.0:1", false)]
    public void TryParse_WellFormed_GivesInterfaceAndPort(string text, string expected, bool loopback)
    {
        Assert.True(ListenAddress.TryParse(text, out ListenAddress address));
        Assert.Equal(expected, address.ToString());
        Assert.Equal(loopback, address.IsLoopback);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("8080")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:-1")]
    [InlineData("127.0.0.1: 80")]
    [InlineData("::1:80")]
    [InlineData("[127.0.0.1]:80")]
    [InlineData("example.com:80")]
    [InlineData("http://127.0.0.1:80")]
    public void TryParse_Malformed_IsRefused(string? text) => Assert.False(ListenAddress.TryParse(text, out _));
}
