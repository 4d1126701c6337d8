using System.Globalization;
using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional.Security;

/// <summary>Balancers before the gateway say for whom they connect, and nobody else can.</summary>
public sealed class ProxyProtocolTests
{
    private const string Request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    private static readonly byte[] BinaryHeader =
        [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, 0, 12, 203, 0, 113, 9, 127, 0, 0, 1, 0x12, 0x34, 0x1f, 0x90];

    [Theory]
    [InlineData("IoUring")]
    [InlineData("Epoll")]
    [InlineData("Inline")]
    [InlineData("Pool")]
    public async Task Header_FromTrustedNetwork_NamesTheClient(string io)
    {
        await using var node = new EchoNode();
        await using RunningGateway gateway = await node.Start("--HashBalancer:Proxy:ProxyProtocolNetworks:0=127.0.0.0/25", $"--HashBalancer:Proxy:Io={io}");

        Assert.Contains("\nx-forwarded-for: 203.0.113.7\n", await Ask(gateway, "PROXY TCP4 203.0.113.7 127.0.0.1 5000 80\r\n" + Request), StringComparison.Ordinal);
        Assert.Contains("\nx-forwarded-for: 203.0.113.9\n", await Ask(gateway, [.. BinaryHeader, .. "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8]), StringComparison.Ordinal);

        // In pieces, as a network may bring it.
        using RawConnection slow = await RawConnection.Open(gateway.Proxy);
        foreach (char one in "PROXY TCP4 203.0.113.8 127.0.0.1 5000 80\r\n" + Request)
            await slow.Send(one.ToString(CultureInfo.InvariantCulture));
        Assert.Contains("\nx-forwarded-for: 203.0.113.8\n", await slow.ToEnd(), StringComparison.Ordinal);

        // From there it is required: a client could bring its own along otherwise.
        Assert.Equal("", await Ask(gateway, Request));
        Assert.Equal(1, await gateway.Metric("hashbalancer_connections_refused_total", "reason=\"proxy-header\""));

        // From anywhere else it is a request that makes no sense.
        using RawConnection foreign = await RawConnection.Open(gateway.Proxy, from: "127.0.0.200");
        await foreign.Send("PROXY TCP4 203.0.113.7 127.0.0.1 5000 80\r\n" + Request);
        Assert.StartsWith("HTTP/1.1 400 ", await foreign.ToEnd(), StringComparison.Ordinal);
        using RawConnection plain = await RawConnection.Open(gateway.Proxy, from: "127.0.0.200");
        await plain.Send(Request);
        Assert.Contains("\nx-forwarded-for: 127.0.0.200\n", await plain.ToEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForwardedFields_OfUntrustedPeers_AreNotBelieved()
    {
        await using var node = new EchoNode();
        await using RunningGateway gateway = await node.Start("--HashBalancer:Proxy:TrustedNetworks:0=127.0.0.200/32");
        const string Forged = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\nConnection: close\r\n\r\n";

        string untrusted = await Ask(gateway, Forged);
        Assert.Contains("\nx-forwarded-for: 127.0.0.1\n", untrusted, StringComparison.Ordinal);
        Assert.Contains("\nx-forwarded-proto: http\n", untrusted, StringComparison.Ordinal);
        Assert.Contains("\nx-forwarded-host: a\n", untrusted, StringComparison.Ordinal);

        using RawConnection trusted = await RawConnection.Open(gateway.Proxy, from: "127.0.0.200");
        await trusted.Send(Forged);
        string believed = await trusted.ToEnd();
        Assert.Contains("\nx-forwarded-for: 198.51.100.1\n", believed, StringComparison.Ordinal);
        Assert.Contains("\nx-forwarded-proto: https\n", believed, StringComparison.Ordinal);
        Assert.Contains("\nx-forwarded-host: a\n", believed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ProxyProtocolNetworks_Faulty_AreReportedBeforeAnythingStarts()
    {
        await using ChildProcess gateway = ChildProcess.StartGateway("validate", "--HashBalancer:Proxy:ProxyProtocolNetworks:0=10.0.0.0/33");
        Assert.Equal(2, await gateway.Exit());
        Assert.Contains(
            "  HashBalancer:Proxy:ProxyProtocolNetworks:0: is '10.0.0.0/33', but must be a network such as 10.0.0.0/8 or fd00::/8.\n", gateway.Errors, StringComparison.Ordinal);
    }

    private static Task<string> Ask(RunningGateway gateway, string bytes) => Ask(gateway, System.Text.Encoding.ASCII.GetBytes(bytes));

    private static async Task<string> Ask(RunningGateway gateway, byte[] bytes)
    {
        using RawConnection connection = await RawConnection.Open(gateway.Proxy);
        await connection.Send(bytes);
        return await connection.ToEnd();
    }
}
