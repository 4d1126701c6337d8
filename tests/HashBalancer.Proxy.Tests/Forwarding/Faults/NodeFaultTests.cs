using System.Net;
using System.Net.Sockets;
using System.Text;
using HashBalancer.Fuzzing.Checks;
using HashBalancer.Fuzzing.Parties;

namespace HashBalancer.Proxy.Tests.Forwarding.Faults;

/// <summary>Nodes that stop at any byte: every exchange ends in bounded time, with an error or a response that its client knows to be cut off,
/// and no socket is left on either side.</summary>
public sealed class NodeFaultTests
{
    private const string Counted = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    private const string Informed = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + Counted;

    /// <summary>Only exchanges that never end by themselves run into it.</summary>
    private static readonly TimeSpan NodeTimeout = TimeSpan.FromMilliseconds(500);

    [Theory]
    [InlineData(Counted)]
    [InlineData(Chunked)]
    [InlineData(Informed)]
    public async Task Node_StallsAtAnyByte_EndsInTime(string answer)
    {
        await using FaultBed bed = await FaultBed.Start(cut => new NodeAnswer(Encoding.ASCII.GetBytes(answer[..(int)cut]), Ending.Keep), NodeTimeout);

        string[] received = await FaultBed.All(answer.Length, cut => RawClient.Exchange(bed.Port, FaultBed.Get(cut)));

        int head = FinalHeadEnd(answer);
        for (int cut = 0; cut < answer.Length; cut++)
        {
            bool isTimeout = received[cut].StartsWith("HTTP/1.1 504 ", StringComparison.Ordinal);
            Assert.True(cut < head ? isTimeout : isTimeout || !IsComplete(received[cut]), $"cut at {cut}: {received[cut]}");
        }

        await bed.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(Counted, false)]
    [InlineData(Counted, true)]
    [InlineData(Chunked, false)]
    [InlineData(Chunked, true)]
    [InlineData(Informed, false)]
    [InlineData(Informed, true)]
    public async Task Node_ClosesOrResetsAtAnyByte_IsAnErrorOrACutResponse(string answer, bool resets)
    {
        await using FaultBed bed = await FaultBed.Start(
            cut => new NodeAnswer(Encoding.ASCII.GetBytes(answer[..(int)cut]), resets ? Ending.Reset : Ending.Close));

        string[] received = await FaultBed.All(answer.Length, cut => RawClient.Exchange(bed.Port, FaultBed.Get(cut)));

        // A reset may overtake what was sent before it.
        int head = FinalHeadEnd(answer);
        for (int cut = 0; cut < answer.Length; cut++)
        {
            bool isError = received[cut].StartsWith("HTTP/1.1 502 ", StringComparison.Ordinal);
            Assert.True(cut < head ? isError : (resets && isError) || !IsComplete(received[cut]), $"cut at {cut}: {received[cut]}");
        }

        await bed.AssertNothingIsLeft();
    }

    /// <summary>A body without a length ends with the connection, which this node never ends.</summary>
    [Fact]
    public async Task Node_NeverCloses_EndsInTimeAsCutOff()
    {
        await using FaultBed bed = await FaultBed.Start(
            _ => new NodeAnswer("HTTP/1.1 200 OK\r\n\r\nuntil the end"u8.ToArray(), Ending.Keep), NodeTimeout);

        string received = await RawClient.Exchange(bed.Port, FaultBed.Get(0));

        Assert.DoesNotContain("\r\n0\r\n\r\n", received, StringComparison.Ordinal);
        await bed.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello\r\n0\r\n\r\n")]
    public async Task Node_SendsTooLittle_IsCutOff(string answer)
    {
        await using FaultBed bed = await FaultBed.Start(_ => new NodeAnswer(Encoding.ASCII.GetBytes(answer), Ending.Close));

        string received = await RawClient.Exchange(bed.Port, FaultBed.Get(0));

        Assert.False(IsComplete(received), received);
        await bed.AssertNothingIsLeft();
    }

    /// <summary>More than all buffers between client and node hold.</summary>
    [Fact]
    public async Task Node_TakesNoBody_EndsInTime()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var findings = new Findings();
        await using Gateway gateway = await Gateway.Start(
            ((IPEndPoint)listener.LocalEndpoint).Port,
            new GatewayOptions(ForwardingMode.Auto, IoThreads.IoUring, NodeTimeout, ClientTimeout: TimeSpan.FromSeconds(30)), findings);
        string request = $"POST /items/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {1 << 24}\r\n\r\n{new string('x', 1 << 24)}";

        Task<string> exchange = RawClient.Exchange(gateway.Port, request);
        using Socket silent = await listener.AcceptSocketAsync();
        string received = await exchange;

        Assert.True(received.StartsWith("HTTP/1.1 504 ", StringComparison.Ordinal) || received == "<reset>", received);
        await HashBalancer.Testing.Eventually.IsTrue(
            () => gateway.Meters is { NodeConnections: 0, ClientConnections: 0 } && gateway.InFlight == 0, "nothing is left");
        Assert.Equal(0, findings.Count);
    }

    private static int FinalHeadEnd(string answer) => answer.LastIndexOf("HTTP/1.1 200", StringComparison.Ordinal) is var final
        ? answer.IndexOf("\r\n\r\n", final, StringComparison.Ordinal) + 4 : 0;

    private static bool IsComplete(string received) =>
        received.EndsWith("\r\n\r\nhello", StringComparison.Ordinal) || received.EndsWith("hello\r\n0\r\n\r\n", StringComparison.Ordinal);
}
