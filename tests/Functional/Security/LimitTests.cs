using System.Net;
using System.Net.Sockets;
using System.Text;
using HashBalancer.Functional.Failures;
using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional.Security;

/// <summary>What one client sends, however much or slowly, harms nobody else.</summary>
public sealed class LimitTests
{
    private const int SlowConnections = 10_000;

    [Theory]
    [InlineData("IoUring")]
    [InlineData("Epoll")]
    [InlineData("Pool")]
    public async Task Request_TooLarge_IsRefusedByItsOwnStatusAndReachesNoNode(string io)
    {
        await using var node = new EchoNode();
        await using RunningGateway gateway = await node.Start($"--HashBalancer:Proxy:Io={io}", "--HashBalancer:Proxy:Limits:BodyBytes=100000");

        Assert.StartsWith("HTTP/1.1 431 ", await Ask(gateway, $"GET / HTTP/1.1\r\nHost: a\r\nX-Long: {new string('x', 1 << 20)}\r\n\r\n"), StringComparison.Ordinal);
        string many = string.Concat(Enumerable.Range(0, 10_000).Select(i => FormattableString.Invariant($"X-{i}: 1\r\n")));
        Assert.StartsWith("HTTP/1.1 431 ", await Ask(gateway, $"GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await Ask(gateway, $"GET /{new string('x', 100_000)} HTTP/1.1\r\nHost: a\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 413 ", await Ask(gateway, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n"), StringComparison.Ordinal);
        string chunks = string.Concat(Enumerable.Repeat($"{1000:x}\r\n{new string('x', 1000)}\r\n", 101));
        Assert.StartsWith("HTTP/1.1 413 ", await Ask(gateway, $"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await Ask(gateway, $"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n{new string('x', 100_000)}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IoUring")]
    [InlineData("Epoll")]
    [InlineData("Inline")]
    public async Task Connections_OfOneClient_AreHeldToTheirLimit(string io)
    {
        await using var node = new EchoNode();
        await using RunningGateway gateway = await node.Start(
            $"--HashBalancer:Proxy:Io={io}", "--HashBalancer:Proxy:Limits:ConnectionsPerClient=3", "--HashBalancer:Proxy:TrustedNetworks:0=127.0.0.3/32");
        RawConnection[] held = [.. await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => RawConnection.Open(gateway.Proxy, "127.0.0.2")))];
        foreach (RawConnection connection in held)
        {
            // Whoever was answered has been counted.
            await connection.Send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 200 ", await connection.Next(), StringComparison.Ordinal);
        }

        Assert.Equal("", await Ask(gateway, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "127.0.0.2"));
        Assert.Equal(1, await gateway.Metric("hashbalancer_connections_refused_total", "reason=\"client-limit\""));
        Assert.StartsWith("HTTP/1.1 200 ", await Ask(gateway, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "127.0.0.1"), StringComparison.Ordinal);

        // A trusted proxy connects for many.
        RawConnection[] trusted = [.. await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RawConnection.Open(gateway.Proxy, "127.0.0.3")))];
        Assert.StartsWith("HTTP/1.1 200 ", await Ask(gateway, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "127.0.0.3"), StringComparison.Ordinal);

        // Its own connections ended, the client may have others.
        foreach (RawConnection connection in held.Concat(trusted))
            connection.Dispose();
        await HashBalancer.Testing.Eventually.IsTrue(
            async () => (await Ask(gateway, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "127.0.0.2")).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal),
            "the client is served again", TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task SlowClients_TenThousand_HarmNobodyAndAreSentAway()
    {
        await using var node = new EchoNode();
        await using RunningGateway gateway = await node.Start("--HashBalancer:Proxy:Limits:HeaderTimeout=00:00:05");
        Socket[] slow = new Socket[SlowConnections];
        try
        {
            byte[] part = Encoding.ASCII.GetBytes("GET /items/1 HTTP/1.1\r\nHost: a\r\nX-Slow: ");
            await using SteadyLoad others = SteadyLoad.Start(gateway, perSecond: 100);
            await Parallel.ForAsync(0, slow.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, stop) =>
            {
                slow[i] = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                // Of several addresses: one has fewer ports than are needed here and by the other tests together.
                slow[i].Bind(new IPEndPoint(new IPAddress([127, 0, 1, (byte)(1 + (i % 4))]), 0));
                await slow[i].ConnectAsync(IPAddress.Loopback, gateway.Proxy.Port, stop);
                await slow[i].SendAsync(part, stop);
            });

            // Each is told that it took too long, and its connection ends.
            byte[] answer = new byte[64];
            foreach (Socket one in slow)
            {
                int count = await one.ReceiveAsync(answer, TestContext.Current.CancellationToken);
                Assert.StartsWith("HTTP/1.1 408 ", Encoding.ASCII.GetString(answer, 0, count), StringComparison.Ordinal);
            }

            Assert.InRange(await others.Stop(), 100, int.MaxValue);
            Assert.Empty(others.Faults);
        }
        finally
        {
            foreach (Socket? one in slow)
                one?.Dispose();
        }
    }

    [Fact]
    public async Task Limits_OutOfRange_AreReportedBeforeAnythingStarts()
    {
        await using ChildProcess gateway = ChildProcess.StartGateway(
            "validate", "--HashBalancer:Proxy:Limits:HeaderCount=1", "--HashBalancer:Proxy:Limits:HeaderTimeout=00:00:00", "--HashBalancer:Proxy:Limits:BodyBytes=-1");
        Assert.Equal(2, await gateway.Exit());
        Assert.Equal(
            """
            hashbalancer: 3 faults; nothing was started.
              HashBalancer:Proxy:Limits:BodyBytes: is '-1'; allowed are 0 to 1125899906842624.
              HashBalancer:Proxy:Limits:HeaderCount: is '1'; allowed are 10 to 10000.
              HashBalancer:Proxy:Limits:HeaderTimeout: is '00:00:00'; allowed are 00:00:01 to 00:10:00.

            """,
            gateway.Errors);
    }

    private static async Task<string> Ask(RunningGateway gateway, string bytes, string from = "127.0.0.1")
    {
        RawConnection connection;
        try
        {
            connection = await RawConnection.Open(gateway.Proxy, from);
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return ""; // Refused before the client's side knew that it was connected.
        }

        using (connection)
        {
            try
            {
                await connection.Send(bytes);
            }
            catch (SocketException)
            {
                // Refused before all was sent; the answer is there.
            }

            return await connection.ToEnd();
        }
    }
}
