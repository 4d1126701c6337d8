using System.Text;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Forwarding.Faults;

/// <summary>Nodes that stop anywhere, say too much, or lie: the client gets an error or a cut response, the next request its own answer.</summary>
public sealed class NodeAnswerTests
{
    private const string Get = "GET /items/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    private const string Sound = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";

    [Theory]
    [InlineData(Sound + "!")]
    [InlineData(Sound + Sound)]
    [InlineData(Chunked + "0\r\n\r\n")]
    public async Task Node_SendsTooMuch_LosesItsConnection(string answer)
    {
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes(answer) };
        await using ProxyHost proxy = await Start(node);

        for (int i = 0; i < 20; i++)
        {
            string received = await RawClient.Exchange(proxy.Port, Get);
            Assert.True(IsComplete(received), received);
        }

        await Eventually.IsTrue(() => node.Open == 0, "every connection is closed");
    }

    /// <summary>A client that keeps its connection gets the end of a body that came after its head, without waiting for another request.</summary>
    [Theory]
    [InlineData(Sound)]
    [InlineData(Chunked)]
    public async Task Node_SendsTheBodyLater_ReachesAClientThatKeepsItsConnection(string answer)
    {
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes(answer) };
        await using ProxyHost proxy = await Start(node);
        int head = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        for (int first = head; first < answer.Length; first++)
        {
            var rest = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (node.SentFirst, node.Rest) = (first, rest.Task);

            using HttpResponseMessage response = await proxy.Client.GetAsync(new Uri("/items/1", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            rest.SetResult();

            Assert.Equal("hello", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Node_AnswersWell_KeepsItsConnection()
    {
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes(Sound) };
        await using ProxyHost proxy = await Start(node);

        for (int i = 0; i < 50; i++)
            Assert.EndsWith("\r\n\r\nhello", await RawClient.Exchange(proxy.Port, Get), StringComparison.Ordinal);

        // A second one where a client read the end of an answer, and asked again, before the connection was idle.
        Assert.InRange(node.Open, 1, 2);
    }

    /// <summary>What of the body was sound has been passed on when the damage shows: no other answer may follow it.</summary>
    [Theory]
    [InlineData("5\r\nhello\r\nx\r\n")]
    [InlineData("5\r\nhello!\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n0\r\nno trailer\r\n\r\n")]
    public async Task Node_DamagesItsBodyAfterABeginning_CutsTheResponse(string chunks)
    {
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}") };
        await using ProxyHost proxy = await Start(node);

        string received = await RawClient.Exchange(proxy.Port, Get);

        Assert.EndsWith("<reset>", received, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n0\r\n", received, StringComparison.Ordinal);
        Assert.DoesNotContain("HTTP/1.1 5", received, StringComparison.Ordinal);
        await Eventually.IsTrue(() => node.Open == 0, "the connection is closed");
    }

    /// <summary>205 has no content; without a length clients would wait for it until the connection ends.</summary>
    [Theory]
    [InlineData("HTTP/1.1 205 Reset Content\r\n\r\n")]
    [InlineData("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    public async Task Node_ResetsContent_EndsWithTheHead(string answer)
    {
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes(answer) };
        await using ProxyHost proxy = await Start(node);

        string received = await RawClient.Exchange(proxy.Port, Get);

        Assert.StartsWith("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n", received, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_ResetsContentOfAnAnswerToHead_EndsWithTheHead()
    {
        await using var node = new ScriptedNode { Answer = "HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\n"u8.ToArray() };
        await using ProxyHost proxy = await Start(node);

        string received = await RawClient.Exchange(proxy.Port, Get.Replace("GET", "HEAD", StringComparison.Ordinal));

        Assert.StartsWith("HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n", received, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 205 Reset Content\r\nContent-Length: 1\r\n\r\nx")]
    [InlineData("HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n")]
    public async Task Node_ResetsContentWithContent_IsRefused(string answer)
    {
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes(answer) };
        await using ProxyHost proxy = await Start(node);

        Assert.StartsWith("HTTP/1.1 502 ", await RawClient.Exchange(proxy.Port, Get), StringComparison.Ordinal);
    }

    /// <summary>Methods differ by case: "Head" is none that anybody knows, and its answer has a body.</summary>
    [Fact]
    public async Task Client_WritesHeadInAnotherCase_GetsTheBody()
    {
        await using var node = new ScriptedNode { Answer = Encoding.ASCII.GetBytes(Sound) };
        await using ProxyHost proxy = await Start(node);

        string received = await RawClient.Exchange(proxy.Port, Get.Replace("GET", "Head", StringComparison.Ordinal));

        Assert.EndsWith("\r\n\r\nhello", received, StringComparison.Ordinal);
    }

    private static bool IsComplete(string received) =>
        received.EndsWith("\r\n\r\nhello", StringComparison.Ordinal) || received.EndsWith("hello\r\n0\r\n\r\n", StringComparison.Ordinal);

    private static async Task<ProxyHost> Start(ScriptedNode node, TimeSpan? timeout = null)
    {
        ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] }, activityTimeout: timeout);
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", "a", node.Port)));
        return proxy;
    }
}
