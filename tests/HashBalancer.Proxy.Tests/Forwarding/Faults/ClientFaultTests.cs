using System.Net.Sockets;
using System.Text;
using HashBalancer.Fuzzing.Messages;
using HashBalancer.Fuzzing.Parties;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Forwarding.Faults;

/// <summary>Clients that stop or vanish at any byte, or read too slowly: every exchange ends in bounded time, and no socket is left on either side.</summary>
public sealed class ClientFaultTests
{
    /// <summary>The server looks once a second, and takes no shorter time.</summary>
    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(1.5);

    private const int MuchMoreThanBuffers = 64 * 1024 * 1024;

    public static TheoryData<string> Bodies => ["Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"];

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Client_StallsAtAnyByte_EndsInTime(string framingAndBody)
    {
        await using FaultBed bed = await FaultBed.Start(Sound, clientTimeout: ClientTimeout);
        int length = Post(0, framingAndBody).Length;

        string[] received = await FaultBed.All(
            length, async cut => cut == 0 ? "" : await RawClient.Exchange(bed.Port, Post(cut, framingAndBody)[..(int)cut]));

        for (int cut = 0; cut < length; cut++)
            Assert.True(received[cut] is "" or "<reset>" || received[cut].StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal), $"cut at {cut}: {received[cut]}");
        await bed.AssertNothingIsLeft();
    }

    /// <summary>With the node silent, so that the last positions vanish while it is waited for.</summary>
    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Client_VanishesAtAnyByte_LeavesNothing(string framingAndBody)
    {
        await using FaultBed bed = await FaultBed.Start(_ => new NodeAnswer([], Ending.Keep));
        int length = Post(0, framingAndBody).Length;

        foreach (bool resets in (bool[])[false, true])
        {
            for (int cut = 0; cut <= length; cut++)
            {
                long before = bed.NodeRequests;
                using Socket socket = await Sent(bed.Port, Post(cut, framingAndBody)[..cut]);
                // The whole request has gone through before the client goes: nothing but the gateway's attention can end it.
                if (cut == length)
                    await Eventually.IsTrue(() => bed.NodeRequests > before, "the node has the request");
                if (resets)
                    socket.LingerState = new LingerOption(true, 0);
            }
        }

        await bed.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_ReadsNothingOfALongResponse_IsGivenUpOrLetGo(bool leaves)
    {
        byte[] answer = [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {MuchMoreThanBuffers}\r\n\r\n"), .. new byte[MuchMoreThanBuffers]];
        await using FaultBed bed = await FaultBed.Start(_ => new NodeAnswer(answer, Ending.Keep), clientTimeout: ClientTimeout);
        using Socket socket = await Sent(bed.Port, FaultBed.Get(0));

        // A part of it comes; then nothing is read any more.
        Assert.NotEqual(0, await socket.ReceiveAsync(new byte[1024]));
        if (leaves)
            socket.Dispose();

        await bed.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Client_LeavesWithinItsBody_EndsTheNodesRequestToo()
    {
        await using FaultBed bed = await FaultBed.Start(Sound);
        using (Socket socket = await Sent(bed.Port, Post(1, "Content-Length: 100000\r\n\r\nonly this")))
            await Eventually.IsTrue(() => bed.NodeRequests == 1, "the node has the request's head");

        await bed.AssertNothingIsLeft();
    }

    private static NodeAnswer Sound(long exchange) => new(SoundResponses.Plain(RequestIds.Of(exchange)), Ending.Keep);

    private static string Post(long exchange, string framingAndBody) =>
        $"POST /items/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{SoundRequests.IdField}: {RequestIds.Of(exchange)}\r\n{framingAndBody}";

    private static async Task<Socket> Sent(int port, string bytes)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(bytes));
        return socket;
    }
}
