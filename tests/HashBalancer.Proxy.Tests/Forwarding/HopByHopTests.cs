using System.Text;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>Fields that Connection names stop here, on both paths and whatever else Connection says.</summary>
public sealed class HopByHopTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Theory]
    [InlineData("close", "close")]
    [InlineData("close, X-Hop", "close, X-Hop, keep-alive")]
    [InlineData("X-Hop,CLOSE", "X-Hop,CLOSE, keep-alive")]
    [InlineData("keep-alive, X-Hop", "X-Hop")]
    [InlineData("X-A, Keep-Alive , X-B", "X-A, X-B")]
    [InlineData("keep-alive, keep-alive", "keep-alive")]
    [InlineData("Upgrade, X-Hop", "Upgrade, X-Hop, keep-alive")]
    [InlineData("close, Upgrade, X-Hop", "close, Upgrade, X-Hop")]
    [InlineData("X-A, X-B", "X-A, X-B")]
    [InlineData("keep-alive, Upgrade", "keep-alive, Upgrade")]
    [InlineData("", "")]
    public void Connection_WithNamesBesideOptions_IsReadSoThatTheServerKeepsThem(string value, string kept)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(value);

        Assert.Equal(kept, ConnectionFieldEncoding.Instance.GetString(bytes));
        Assert.Equal(value, Encoding.ASCII.GetString(ConnectionFieldEncoding.Instance.GetBytes(value)));
    }

    [Theory]
    [InlineData("close, X-Hop", true)]
    [InlineData("X-Hop, close", true)]
    [InlineData("X-Hop", false)]
    [InlineData("keep-alive, X-Hop", false)]
    [InlineData("X-Other, x-hop,close", true)]
    [InlineData("Upgrade, X-Hop", false)]
    [InlineData("Host, Content-Length, X-Hop, X-Forwarded-For", false)]
    public async Task Field_ThatConnectionNames_StopsHere(string connection, bool closes)
    {
        foreach (ForwardingMode mode in (ForwardingMode[])[ForwardingMode.Fast, ForwardingMode.Stock])
        {
            await using ForwardingBed bed = await ForwardingBed.Start(Ok, mode);
            using RawSession client = await RawSession.Connect(bed.Port);

            await client.Send($"GET /items/1 HTTP/1.1\r\nHost: a\r\nConnection: {connection}\r\nX-Hop: 1\r\nX-End: 2\r\n\r\n");
            string head = await client.ReadUntil("\r\n\r\nok");

            Assert.StartsWith("HTTP/1.1 200 ", head, StringComparison.Ordinal);
            Assert.Equal(closes, head.Contains("\r\nConnection: close\r\n", StringComparison.Ordinal));
            string request = bed.Node.Requests.Single();
            Assert.DoesNotContain("X-Hop", request, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("\r\nX-End: 2\r\n", request, StringComparison.Ordinal);
            Assert.Contains("\r\nX-Forwarded-For: 127.0.0.1\r\n", request, StringComparison.Ordinal);
            Assert.Contains($"\r\nHost: 127.0.0.1:{bed.Node.Port}\r\n", request, StringComparison.Ordinal);
        }
    }
}
