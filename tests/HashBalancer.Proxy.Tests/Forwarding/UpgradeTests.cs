using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>Connections that go over to another protocol become tunnels, on the fast path too.</summary>
public sealed class UpgradeTests
{
    private const string Switched = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Theory]
    [InlineData("websocket", "GET")]
    [InlineData("WebSocket", "GET")]
    [InlineData("tcp", "POST")]
    [InlineData("foo/1", "GET")]
    public async Task Upgrade_ThatTheNodeAccepts_CarriesBytesBothWays(string protocol, string method)
    {
        await using ForwardingBed bed = await ForwardingBed.Start(Switched.Replace("websocket", protocol, StringComparison.Ordinal));
        bed.Node.Echoes = true;
        using RawSession client = await RawSession.Connect(bed.Port);

        await client.Send(Upgrade(protocol, method));
        string head = await client.ReadUntil("\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 101 Switching Protocols\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: Upgrade\r\n", head, StringComparison.Ordinal);
        Assert.Contains($"\r\nUpgrade: {protocol}\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nSec-WebSocket-Accept: x\r\n", head, StringComparison.Ordinal);
        Assert.StartsWith($"{method} /items/1 HTTP/1.1\r\n", bed.Node.Requests.Single(), StringComparison.Ordinal);
        Assert.Contains($"\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\n", bed.Node.Requests.Single(), StringComparison.Ordinal);
        string long1 = string.Concat(Enumerable.Range(0, 200_000).Select(i => (char)('a' + (i % 23))));
        foreach (string said in (string[])["x", long1, "\0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"])
        {
            Task sent = client.Send(said);
            Assert.Equal(said, await client.Read(said.Length));
            await sent;
        }

        Assert.Equal(1, bed.Proxy.Loads.Of("items", "a").InFlight);
        client.Dispose();
        await Eventually.IsTrue(() => bed.Node.Open == 0 && bed.Proxy.Loads.Of("items", "a") is { InFlight: 0, Failed: 0 }, "the tunnel has ended, and not as a failure");
        await Eventually.IsTrue(() => bed.Paths == (1, 0), "the fast path carried it");
    }

    [Fact]
    public async Task Node_SwitchesToNothingUnasked_IsRefused()
    {
        await using ForwardingBed bed = await ForwardingBed.Start("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade:\r\n\r\n");

        string received = await RawClient.Exchange(bed.Port, "GET /items/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 502 ", received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WebSocket_OnEitherPath_HasTheSameHeads()
    {
        var seen = new List<string>();
        foreach (ForwardingMode mode in (ForwardingMode[])[ForwardingMode.Stock, ForwardingMode.Fast])
        {
            await using ForwardingBed bed = await ForwardingBed.Start(Switched, mode);
            bed.Node.Echoes = true;
            using RawSession client = await RawSession.Connect(bed.Port);
            await client.Send(Upgrade("websocket", "GET"));
            string head = await client.ReadUntil("\r\n\r\n");
            await client.Send("bytes");
            seen.Add(DifferentialTests.Sorted(head, bed.Node.Port) + DifferentialTests.Sorted(bed.Node.Requests.Single(), bed.Node.Port) + await client.Read(5));
        }

        Assert.Equal(seen[0], seen[1]);
    }

    [Fact]
    public async Task Node_SaysSomethingAtOnce_IsHeard()
    {
        await using ForwardingBed bed = await ForwardingBed.Start(Switched + "first");
        using RawSession client = await RawSession.Connect(bed.Port);

        await client.Send(Upgrade("websocket", "GET"));
        await client.ReadUntil("\r\n\r\n");

        Assert.Equal("first", await client.Read(5));
    }

    [Fact]
    public async Task Node_Closes_EndsTheTunnelAfterItsLastByte()
    {
        await using ForwardingBed bed = await ForwardingBed.Start(Switched + "last");
        bed.Node.Closes = true;
        using RawSession client = await RawSession.Connect(bed.Port);

        await client.Send(Upgrade("websocket", "GET"));

        Assert.EndsWith("\r\n\r\nlast", await client.ReadToEnd(), StringComparison.Ordinal);
        await Eventually.IsTrue(() => bed.Proxy.Loads.Of("items", "a") is { InFlight: 0, Failed: 0 }, "the tunnel has ended");
    }

    [Fact]
    public async Task Tunnel_ThatIsSilentForTooLong_IsEnded()
    {
        await using ForwardingBed bed = await ForwardingBed.Start(Switched, timeout: TimeSpan.FromMilliseconds(300));
        bed.Node.Echoes = true;
        using RawSession client = await RawSession.Connect(bed.Port);

        await client.Send(Upgrade("websocket", "GET"));

        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadToEnd(), StringComparison.Ordinal);
        await Eventually.IsTrue(() => bed.Node.Open == 0 && bed.Proxy.Loads.Of("items", "a").InFlight == 0, "nothing is left");
    }

    /// <summary>Within HTTP/2 or TLS requests would pass that nobody looks at: nodes are not asked to go over to them.</summary>
    [Theory]
    [InlineData("h2c")]
    [InlineData("H2C")]
    [InlineData("HTTP/2.0")]
    [InlineData("TLS/1.2")]
    [InlineData("websocket, h2c")]
    [InlineData("h2c, websocket")]
    [InlineData("")]
    public async Task Upgrade_ThatHidesRequests_IsForwardedWithoutIt(string protocol)
    {
        await using ForwardingBed bed = await ForwardingBed.Start(Ok);
        using RawSession client = await RawSession.Connect(bed.Port);

        for (int i = 0; i < 2; i++)
        {
            await client.Send(Upgrade(protocol, "GET").Replace("Connection: Upgrade", "Connection: Upgrade, HTTP2-Settings", StringComparison.Ordinal));
            Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadUntil("\r\n\r\nok"), StringComparison.Ordinal);
        }

        Assert.All(bed.Node.Requests, request => Assert.DoesNotContain("Upgrade", request, StringComparison.OrdinalIgnoreCase));
        await Eventually.IsTrue(() => bed.Paths == (2, 0), "the fast path served them");
    }

    [Fact]
    public async Task Upgrade_ThatTheNodeDeclines_IsAnOrdinaryResponse()
    {
        await using ForwardingBed bed = await ForwardingBed.Start("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno");
        using RawSession client = await RawSession.Connect(bed.Port);

        for (int i = 0; i < 3; i++)
        {
            await client.Send(Upgrade("websocket", "GET"));
            Assert.StartsWith("HTTP/1.1 426 ", await client.ReadUntil("\r\n\r\nno"), StringComparison.Ordinal);
        }

        Assert.Equal(1, bed.Node.Open);
    }

    [Theory]
    [InlineData("GET /items/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", Switched)]
    [InlineData("GET /items/1 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n", Switched)]
    [InlineData("GET /items/1 HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: close, Upgrade\r\n\r\n", Switched)]
    [InlineData("GET /items/1 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: close, Upgrade\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\n")]
    [InlineData("GET /items/1 HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: close, Upgrade\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    public async Task Node_GoesOverToWhatNobodyAskedFor_Is502(string request, string answer)
    {
        await using ForwardingBed bed = await ForwardingBed.Start(answer);

        string received = await RawClient.Exchange(bed.Port, request);

        Assert.StartsWith("HTTP/1.1 502 ", received, StringComparison.Ordinal);
        await Eventually.IsTrue(() => bed.Node.Open == 0, "the connection is closed");
    }

    private static string Upgrade(string protocol, string method) =>
        $"{method} /items/1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n{(protocol.Length > 0 ? $"Upgrade: {protocol}\r\n" : "")}Sec-WebSocket-Version: 13\r\n\r\n";
}
