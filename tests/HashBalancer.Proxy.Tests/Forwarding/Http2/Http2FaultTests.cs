using System.Net;
using System.Text;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Forwarding.Http2;

/// <summary>What goes wrong with one stream ends that one alone, in bounded time, and leaves no connection to a node behind.</summary>
public sealed class Http2FaultTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";
    private const string Refused = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno";

    private static readonly string[][] Post = [[":method", "POST"], [":scheme", "http"], [":path", "/items/1"], [":authority", "a"]];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Head, "body")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "4\r\nbody\r\n0\r\nX-T: 1\r\n\r\n")]
    public async Task Node_ClosesWithinItsAnswer_EndsThatStreamAlone(string head, string body)
    {
        await using ForwardingBed bed = await Start();
        using HttpClient client = Http2Clients.To(bed.Http2Port);
        await using Neighbour neighbour = await Neighbour.Start(client, bed.Node);
        string answer = head + body;

        bed.Node.Closes = true;
        for (int cut = 0; cut < answer.Length; cut++)
        {
            bed.Node.Answer = Encoding.ASCII.GetBytes(answer[..cut]);
            string outcome = await Outcome(client);
            Assert.True(outcome == (cut < head.Length ? "502" : "broken"), $"cut at {cut}: {outcome}");
        }

        bed.Node.Answer = Encoding.ASCII.GetBytes(answer);
        Assert.Equal("200", await Outcome(client));
        await neighbour.AssertGoesOn();
        await AssertNothingIsLeft(bed);
    }

    [Fact]
    public async Task Node_SaysNothing_TimesThatStreamOut()
    {
        await using ForwardingBed bed = await Start(TimeSpan.FromSeconds(1));
        using HttpClient client = Http2Clients.To(bed.Http2Port);
        bed.Node.Answer = [];

        Assert.Equal("504", await Outcome(client));

        bed.Node.Answer = Encoding.ASCII.GetBytes(Head + "body");
        Assert.Equal("200", await Outcome(client));
        await AssertNothingIsLeft(bed);
    }

    [Theory]
    [InlineData("")]
    [InlineData(Head + "bo")]
    public async Task Client_GivesAStreamUp_EndsTheNodesRequestAlone(string answer)
    {
        await using ForwardingBed bed = await Start();
        using HttpClient client = Http2Clients.To(bed.Http2Port);
        await using Neighbour neighbour = await Neighbour.Start(client, bed.Node);
        bed.Node.Answer = Encoding.ASCII.GetBytes(answer);
        using var leave = new CancellationTokenSource();

        Task<HttpResponseMessage> asked = client.GetAsync(new Uri("/items/1", UriKind.Relative), leave.Token);
        await Eventually.IsTrue(() => bed.Node.Requests.Count == 2, "the node has the request");
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await Eventually.IsTrue(() => bed.Node.Open == 1, "the node's connection is closed, the neighbour's is not");
        await neighbour.AssertGoesOn();
        await AssertNothingIsLeft(bed);
        Assert.Equal(0, bed.Proxy.Loads.Of("items", "a").Failed);
    }

    [Fact]
    public async Task Client_GivesAStreamUpWithinItsBody_EndsTheNodesRequest()
    {
        await using ForwardingBed bed = await Start();
        using RawHttp2Session client = await RawHttp2Session.Connect(bed.Http2Port);

        await client.SendFields(1, Post, isLast: false);
        await client.SendData(1, "only this", isLast: false);
        await Eventually.IsTrue(() => bed.Node.Open == 1, "the node has a connection");
        await client.Cancel(1);

        await AssertNothingIsLeft(bed);
        Assert.Empty(bed.Node.Requests);
        await client.SendFields(3, Post, isLast: true);
        Assert.Equal("200 body", await client.Outcome(3));
    }

    [Fact]
    public async Task Client_Vanishes_EndsTheNodesRequest()
    {
        await using ForwardingBed bed = await Start();
        bed.Node.Answer = [];
        using (RawHttp2Session client = await RawHttp2Session.Connect(bed.Http2Port))
        {
            await client.SendFields(1, Post, isLast: true);
            await client.SendFields(3, Post, isLast: true);
            await Eventually.IsTrue(() => bed.Node.Requests.Count == 2, "the node has both requests");
        }

        await AssertNothingIsLeft(bed);
    }

    /// <summary>The body has no end, and the answer does not wait for it.</summary>
    [Fact]
    public async Task Node_AnswersBeforeTheBody_EndsTheStreamAlone()
    {
        await using ForwardingBed bed = await Start();
        (bed.Node.Answer, bed.Node.AnswersHeads) = (Encoding.ASCII.GetBytes(Refused), true);
        using RawHttp2Session client = await RawHttp2Session.Connect(bed.Http2Port);

        await client.SendFields(1, Post, isLast: false);
        await client.SendData(1, "a part", isLast: false);

        Assert.Equal("413 no", await client.Outcome(1));
        await AssertNothingIsLeft(bed);
        await client.SendFields(3, Post, isLast: true);
        Assert.Equal("413 no", await client.Outcome(3));
    }

    [Fact]
    public async Task Node_RefusesTheBodyThatItIsAskedAbout_NeverGetsIt()
    {
        await using ForwardingBed bed = await Start();
        (bed.Node.Answer, bed.Node.AnswerToExpect) = ([], Encoding.ASCII.GetBytes(Refused));
        using RawHttp2Session client = await RawHttp2Session.Connect(bed.Http2Port);

        await client.SendFields(1, [.. Post, ["expect", "100-continue"], ["content-length", "5"]], isLast: false);

        Assert.Equal("413 no", await client.Outcome(1));
        Assert.Empty(bed.Node.Requests);
        await AssertNothingIsLeft(bed);
    }

    /// <summary>The node's bytes wait for the client's window, and all of them arrive.</summary>
    [Fact]
    public async Task Client_ReadsLate_GetsAllInOrder()
    {
        await using ForwardingBed bed = await Start();
        string body = string.Concat(Enumerable.Range(0, 1_000_000).Select(i => i.ToString("x8", null)));
        bed.Node.Answer = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        using HttpClient client = Http2Clients.To(bed.Http2Port);

        using HttpResponseMessage late = await client.GetAsync(new Uri("/items/1", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Stop);
        // Others go on meanwhile.
        string other = await client.GetStringAsync(new Uri("/items/1", UriKind.Relative), Stop);

        Assert.True(other == body && await late.Content.ReadAsStringAsync(Stop) == body);
        await Eventually.IsTrue(() => bed.Paths == (2, 0), "the fast path served them");
    }

    private static async Task<ForwardingBed> Start(TimeSpan? timeout = null)
    {
        ForwardingBed bed = await ForwardingBed.Start(Head + "body", timeout: timeout);
        bed.Proxy.ReplacePolicies(new() { ["items"] = ProxyHost.Policy("path") with { Outliers = new OutlierPolicy { Enabled = false } } });
        return bed;
    }

    private static async Task<string> Outcome(HttpClient client)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri("/items/1", UriKind.Relative), Stop);
            return ((int)response.StatusCode).ToString(null, null);
        }
        catch (HttpRequestException)
        {
            return "broken";
        }
    }

    private static async Task AssertNothingIsLeft(ForwardingBed bed)
    {
        await Eventually.IsTrue(() => bed.Proxy.Loads.Of("items", "a").InFlight == 0, "no request is under way");
        await Eventually.IsTrue(() => bed.Node.Open == bed.Idle, "no connection is open but what is kept for the next request");
        Assert.Equal(0, bed.Paths.Stock);
    }

    /// <summary>A stream of the same client's connection that has the half of its answer while others go wrong.</summary>
    private sealed class Neighbour(HttpResponseMessage response, Stream content, TaskCompletionSource rest) : IAsyncDisposable
    {
        public static async Task<Neighbour> Start(HttpClient client, ScriptedNode node)
        {
            var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (node.Answer, node.SentFirst, node.Rest) = (Encoding.ASCII.GetBytes(Head + "body"), Head.Length + 2, rest.Task);
            HttpResponseMessage response = await client.GetAsync(new Uri("/items/neighbour", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Stop);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Stream content = await response.Content.ReadAsStreamAsync(Stop);
            await content.ReadExactlyAsync(new byte[2], Stop);
            (node.SentFirst, node.Rest) = (int.MaxValue, Task.CompletedTask);
            return new Neighbour(response, content, rest);
        }

        public async Task AssertGoesOn()
        {
            rest.TrySetResult();
            byte[] left = new byte[2];
            await content.ReadExactlyAsync(left, Stop);
            Assert.Equal("dy"u8, left);
            Assert.Equal(0, await content.ReadAsync(left, Stop));
        }

        public async ValueTask DisposeAsync()
        {
            rest.TrySetResult();
            await content.DisposeAsync();
            response.Dispose();
        }
    }
}
