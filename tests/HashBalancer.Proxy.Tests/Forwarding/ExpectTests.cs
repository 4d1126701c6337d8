using System.Text;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>A client that asks before it sends its body gets its node's word, on the fast path as on YARP's.</summary>
public sealed class ExpectTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string Go = "HTTP/1.1 100 Continue\r\n\r\n";
    private const string Refused = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno";

    [Theory]
    [InlineData(ForwardingMode.Fast, false)]
    [InlineData(ForwardingMode.Fast, true)]
    [InlineData(ForwardingMode.Stock, false)]
    [InlineData(ForwardingMode.Stock, true)]
    public async Task Node_WantsTheBody_GetsItThen(ForwardingMode mode, bool isChunked)
    {
        await using ForwardingBed bed = await ForwardingBed.Start(Ok, mode);
        bed.Node.AnswerToExpect = Encoding.ASCII.GetBytes(Go);
        using RawSession client = await RawSession.Connect(bed.Port);

        // Twice, for the connection is as before.
        for (int i = 0; i < 2; i++)
        {
            await client.Send(Head(isChunked));
            Assert.Equal(Go, await client.ReadUntil("\r\n\r\n"));
            await client.Send(isChunked ? "5\r\nhello\r\n0\r\n\r\n" : "hello");
            Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadUntil("\r\n\r\nok"), StringComparison.Ordinal);
        }

        Assert.All(bed.Node.Heads, head => Assert.EndsWith("\r\n\r\n", head, StringComparison.Ordinal));
        Assert.All(bed.Node.Requests, request => Assert.Contains("hello", request, StringComparison.Ordinal));
        Assert.Equal((2, 2), (bed.Node.Heads.Count, bed.Node.Requests.Count));
    }

    /// <summary>The client never sends the body: its connection can go no further than the answer. Time stands still: no wait ends by itself.</summary>
    [Fact]
    public async Task Node_RefusesTheBody_NeverGetsIt()
    {
        await using ForwardingBed bed = await ForwardingBed.Start("", ForwardingMode.Fast, time: new ManualTimeProvider());
        bed.Node.AnswerToExpect = Encoding.ASCII.GetBytes(Refused);
        using RawSession client = await RawSession.Connect(bed.Port);

        await client.Send(Head(isChunked: false));
        string head = await client.ReadUntil("\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 413 ", head, StringComparison.Ordinal);
        Assert.Equal("no", await client.Read(2));
        client.Dispose();
        Assert.Empty(bed.Node.Requests);
        await Eventually.IsTrue(() => bed.Proxy.Loads.Of("items", "a") is { InFlight: 0, Failed: 0 }, "the request has ended");
        await Eventually.IsTrue(() => bed.Node.Open == 0, "the node's connection, which waits for a body, is closed");
    }

    /// <summary>As nodes do that know nothing of it: they wait for the body, and so does the client for leave.</summary>
    [Theory]
    [InlineData(ForwardingMode.Fast)]
    [InlineData(ForwardingMode.Stock)]
    public async Task Node_SaysNothing_GetsTheBodyAfterAWhile(ForwardingMode mode)
    {
        await using ForwardingBed bed = await ForwardingBed.Start(Ok, mode);
        using RawSession client = await RawSession.Connect(bed.Port);

        await client.Send(Head(isChunked: false));
        Assert.Equal(Go, await client.ReadUntil("\r\n\r\n"));
        await client.Send("hello");

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadUntil("\r\n\r\nok"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_ClosesInsteadOfAnswering_Is502()
    {
        await using ForwardingBed bed = await ForwardingBed.Start("");
        (bed.Node.AnswerToExpect, bed.Node.Closes) = ("HTTP/1.1 1"u8.ToArray(), true);
        using RawSession client = await RawSession.Connect(bed.Port);

        await client.Send(Head(isChunked: false));

        Assert.StartsWith("HTTP/1.1 502 ", await client.ReadUntil("\r\n\r\n"), StringComparison.Ordinal);
        Assert.Empty(bed.Node.Requests);
    }

    /// <summary>Each is a sign of life, but none an answer: a node may not keep a request for ever with them.</summary>
    [Fact]
    public async Task Node_InformsWithoutEnd_Is502()
    {
        string hint = $"HTTP/1.1 103 Early Hints\r\nLink: <{new string('a', 1000)}>\r\n\r\n";
        await using ForwardingBed bed = await ForwardingBed.Start(string.Concat(Enumerable.Repeat(hint, 100)));

        string received = await RawClient.Exchange(bed.Port, "GET /items/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 502 ", received, StringComparison.Ordinal);
        await Eventually.IsTrue(() => bed.Node.Open == 0, "the connection is closed");
    }

    private static string Head(bool isChunked) =>
        $"POST /items/1 HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n{(isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 5")}\r\n\r\n";
}
