using System.Text;
using HashBalancer.Fuzzing.Checks;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Forwarding.Smuggling;

/// <summary>Every shape of the corpus is refused, or forwarded so that it can be read in one way alone; judged by the bytes that the node saw.</summary>
public sealed class RequestSmugglingTests(SmugglingBed bed) : IClassFixture<SmugglingBed>
{
    /// <summary>Sent on the same connection after the first answer: seen by the node unless the proxy closed.</summary>
    private const string Last = "GET /items/last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    /// <summary>Sent on a connection of its own afterwards: what was left at the node's end would be put before it.</summary>
    private const string Probe = "GET /items/probe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    public static TheoryData<string> Names => [.. RequestShape.All.Keys];

    [Fact]
    public void Corpus_Shapes_AreManyAndHaveSources()
    {
        Assert.InRange(RequestShape.All.Count, 40, int.MaxValue);
        Assert.All(RequestShape.All.Values, shape => Assert.NotEqual("", shape.Source));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Request_Ambiguous_IsRefusedOrForwardedUnambiguously(string name)
    {
        RequestShape shape = RequestShape.All[name];
        bed.AnswerSoundly();

        string received = await bed.Exchange(shape.Bytes, Last);

        string[] seen = [.. bed.Node.Requests.Select(Described).Where(request => !request.StartsWith("GET /items/last ", StringComparison.Ordinal))];
        string told = $"the client received {Findings.Escape(Encoding.Latin1.GetBytes(received))}, the node {string.Join("; ", bed.Node.Requests.Select(r => Findings.Escape(Encoding.Latin1.GetBytes(r))))}";
        Assert.True(shape.Seen.SequenceEqual(seen, StringComparer.Ordinal), told);
        if (shape.Seen.Count == 0)
        {
            // What no route matches is a request all the same, and its connection may go on.
            bool isUnrouted = received.StartsWith("HTTP/1.1 404 ", StringComparison.Ordinal);
            Assert.True(isUnrouted || (bed.Node.Requests.IsEmpty && !received.Contains("HTTP/1.1 2", StringComparison.Ordinal)), told);
        }

        await ProbeIsAlone();
    }

    private async Task ProbeIsAlone()
    {
        bed.Node.Requests.Clear();
        string received = await RawClient.Exchange(bed.Port, Probe);
        Assert.EndsWith("\r\n\r\nok", received, StringComparison.Ordinal);
        await Eventually.IsTrue(() => bed.Node.Requests.Count == 1, "the node has the probe alone");
        Assert.StartsWith("GET /items/probe HTTP/1.1\r\n", bed.Node.Requests.Single(), StringComparison.Ordinal);
    }

    /// <summary>A request as the strictest of servers reads it; none may read it in another way.</summary>
    internal static string Described(string text)
    {
        ForwardedRequest request = ForwardedRequest.Read(Encoding.Latin1.GetBytes(text));
        Assert.Null(request.Fault);
        Assert.Equal(text.Length, request.Length);
        string[] lines = text[..(request.HeadLength - 4)].Split("\r\n");
        Assert.StartsWith("Host: 127.0.0.1:", lines[1], StringComparison.Ordinal);
        string framing = lines.FirstOrDefault(IsFraming, "none");
        string body = text[request.HeadLength..];
        return $"{lines[0][..^" HTTP/1.1".Length]} | {framing} | {(framing.StartsWith('T') ? Chunks.Joined(body) : body)}";
    }

    private static bool IsFraming(string line) =>
        line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase) || line.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase);
}
