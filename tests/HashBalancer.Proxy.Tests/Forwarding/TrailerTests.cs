using HashBalancer.Proxy.Tests.Forwarding.Http2;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>Fields after chunked bodies pass in both directions, but for those that would say something the head alone may say.</summary>
public sealed class TrailerTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string Takes = "TE: trailers\r\nConnection: TE\r\n";

    [Theory]
    [InlineData("Trailer: X-T\r\n", "2\r\nok\r\n0\r\nX-T: 1\r\n\r\n", "ok", "X-T: 1\r\n")]
    [InlineData("", "2\r\nok\r\n3;x=y\r\nay!\r\n0;z\r\nX-T: 1\r\nX-U:2\r\n\r\n", "okay!", "X-T: 1\r\nX-U:2\r\n")]
    [InlineData("", "0\r\nX-T: 1\r\n\r\n", "", "X-T: 1\r\n")]
    [InlineData("", "2\r\nok\r\n0\r\n\r\n", "ok", "")]
    [InlineData("", "0\r\nContent-Length: 5\r\nTransfer-Encoding: x\r\nSet-Cookie: a=b\r\nConnection: X\r\nX-T: 1\r\n\r\n", "", "X-T: 1\r\n")]
    [InlineData("", "0\r\n X: folded\r\nX Y: 1\r\nX-T: 1\r\n\r\n", "", "X-T: 1\r\n")]
    [InlineData("", "0\r\nX-A: \u00e9\r\nX-T: 1\r\n\r\n", "", "X-T: 1\r\n")]
    public async Task Response_WithTrailers_PassesThemToAClientThatTakesThem(string fields, string chunks, string data, string trailers)
    {
        string answer = $"HTTP/1.1 200 OK\r\n{fields}Transfer-Encoding: chunked\r\n\r\n{chunks}";
        await using ForwardingBed bed = await ForwardingBed.Start(answer);
        // Whole, and cut within the body.
        foreach (int first in (int[])[int.MaxValue, answer.Length - chunks.Length, answer.Length - chunks.Length + 1, answer.Length - 3])
        {
            (bed.Node.SentFirst, bed.Node.Rest) = (first, Task.CompletedTask);
            using RawSession client = await RawSession.Connect(bed.Port);
            // Twice, for the connection goes on behind them.
            for (int i = 0; i < 2; i++)
            {
                await client.Send(Get(Takes));
                string head = await client.ReadUntil("\r\n\r\n");
                Assert.Contains("\r\nTransfer-Encoding: chunked\r\n", head, StringComparison.Ordinal);
                Assert.Contains("\r\n" + fields, head, StringComparison.Ordinal);
                string last = trailers.Length == 0 ? "0\r\n\r\n" : trailers + "\r\n";
                Assert.Equal(data + trailers, Chunks.Joined(await client.ReadUntil(last)));
            }
        }

        Assert.All(bed.Node.Requests, request => Assert.Contains("\r\nConnection: TE\r\nTE: trailers\r\n", request, StringComparison.Ordinal));
        await Eventually.IsTrue(() => bed.Paths == (8, 0), "the fast path served them");
    }

    /// <summary>They come in a frame of their own, which nobody takes for the head's: a client need not ask for them.</summary>
    [Theory]
    [InlineData("", false)]
    [InlineData("trailers", true)]
    public async Task Response_WithTrailersByHttp2_PassesThem(string takes, bool isNodeTold)
    {
        const string Answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T:  1 \r\nX-U:2\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\nX-T: 3\r\n\r\n";
        await using ForwardingBed bed = await ForwardingBed.Start(Answer);
        using HttpClient client = Http2Clients.To(bed.Http2Port);
        foreach (int first in (int[])[int.MaxValue, Answer.Length - 70, Answer.Length - 3])
        {
            (bed.Node.SentFirst, bed.Node.Rest) = (first, Task.CompletedTask);
            using HttpRequestMessage request = Http2Clients.Request(client, "GET", "/items/1");
            if (takes.Length > 0)
                request.Headers.TE.ParseAdd(takes);

            using HttpResponseMessage response = await client.SendAsync(request, TestContext.Current.CancellationToken);

            Assert.Equal("ok", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            Assert.Equal(["x-t: 1, 3", "x-u: 2"], response.TrailingHeaders.Select(t => $"{t.Key.ToLowerInvariant()}: {string.Join(", ", t.Value)}").Order());
            Assert.Null(response.Headers.TransferEncodingChunked);
        }

        Assert.All(bed.Node.Requests, request => Assert.Equal(isNodeTold, request.Contains("\r\nConnection: TE\r\nTE: trailers\r\n", StringComparison.Ordinal)));
        await Eventually.IsTrue(() => bed.Paths == (3, 0), "the fast path served them");
    }

    [Fact]
    public async Task Response_WithMalformedTrailersByHttp2_IsCutOff()
    {
        await using ForwardingBed bed = await ForwardingBed.Start("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nno trailer\r\n\r\n");
        using HttpClient client = Http2Clients.To(bed.Http2Port);

        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri("/items/1", UriKind.Relative), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Request_WithTrailersByHttp2_PassesThemToTheNode()
    {
        await using ForwardingBed bed = await ForwardingBed.Start(Ok);
        using RawHttp2Session client = await RawHttp2Session.Connect(bed.Http2Port);

        foreach (int stream in (int[])[1, 3])
        {
            await client.SendFields(stream, [[":method", "POST"], [":scheme", "http"], [":path", "/items/1"], [":authority", "a"], ["trailer", "x-t"]], isLast: false);
            await client.SendData(stream, "hello", isLast: false);
            await client.SendFields(stream, [["x-t", "1"], ["content-length", "9"], ["x-t", "2"]], isLast: true);
            Assert.Equal("200 ok", await client.Outcome(stream));
        }

        Assert.Equal(2, bed.Node.Requests.Count);
        Assert.All(bed.Node.Requests, request => Assert.EndsWith("\r\n\r\n5\r\nhello\r\n0\r\nx-t: 1\r\nx-t: 2\r\n\r\n", request, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("TE: deflate\r\nConnection: TE\r\n")]
    public async Task Response_WithTrailers_LosesThemForAClientThatTakesNone(string fields)
    {
        await using ForwardingBed bed = await ForwardingBed.Start("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n");
        using RawSession client = await RawSession.Connect(bed.Port);

        await client.Send(Get(fields));
        await client.ReadUntil("\r\n\r\n");

        Assert.Equal("ok", Chunks.Joined(await client.ReadUntil("0\r\n\r\n")));
        Assert.DoesNotContain("\r\nTE:", bed.Node.Requests.Single(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Response_WithMalformedTrailers_IsCutOff()
    {
        await using ForwardingBed bed = await ForwardingBed.Start("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nno trailer\r\n\r\n");

        string received = await RawClient.Exchange(bed.Port, Get("TE: trailers\r\nConnection: close, TE\r\n"));

        Assert.EndsWith("<reset>", received, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n\r\n2\r\nok\r\n0\r\n\r\n", received, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-T: 1\r\nX-U: 2\r\n", "X-T: 1\r\nX-U: 2\r\n")]
    [InlineData("X-T: 1\r\nX-T: 2\r\n", "X-T: 1\r\nX-T: 2\r\n")]
    [InlineData("Content-Length: 5\r\nHost: b\r\nX-Forwarded-For: 9.9.9.9\r\nForwarded: for=x\r\nAuthorization: x\r\nTE: x\r\nX-T: 1\r\n", "X-T: 1\r\n")]
    [InlineData("X-Hop: 1\r\nX-T: 1\r\n", "X-T: 1\r\n")]
    [InlineData("Host: b\r\n", "")]
    [InlineData("", "")]
    public async Task Request_WithTrailers_PassesThemToTheNode(string trailers, string passed)
    {
        await using ForwardingBed bed = await ForwardingBed.Start(Ok);
        using RawSession client = await RawSession.Connect(bed.Port);

        for (int i = 0; i < 2; i++)
        {
            await client.Send($"POST /items/1 HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, X-Hop\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n{trailers}\r\n");
            await client.ReadUntil("\r\n\r\nok");
        }

        Assert.Equal(2, bed.Node.Requests.Count);
        foreach (string request in bed.Node.Requests)
        {
            Assert.Contains("\r\nTrailer: X-T\r\n", request, StringComparison.Ordinal);
            Assert.EndsWith($"\r\n\r\n5\r\nhello\r\n0\r\n{passed}\r\n", request, StringComparison.Ordinal);
        }

        await Eventually.IsTrue(() => bed.Paths == (2, 0), "the fast path served them");
    }

    private static string Get(string fields) => $"GET /items/1 HTTP/1.1\r\nHost: a\r\n{fields}\r\n";
}
