using System.Text;
using HashBalancer.Fuzzing.Checks;
using HashBalancer.Proxy.Tests.Forwarding.Http2;

namespace HashBalancer.Proxy.Tests.Forwarding.Smuggling;

/// <summary>Every shape that a client may give a request over HTTP/2 is refused, or forwarded so that it can be read in one way alone; judged by the bytes
/// that the node saw.</summary>
public sealed class Http2SmugglingTests(SmugglingBed bed) : IClassFixture<SmugglingBed>
{
    /// <summary>Sent over a connection of its own afterwards: what was left at the node's end would be put before it.</summary>
    private static readonly string[][] Probe = [[":method", "GET"], [":scheme", "http"], [":path", "/items/probe"], [":authority", "a"]];

    public static TheoryData<string> Names => [.. Http2Shape.All.Keys];

    [Fact]
    public void Corpus_Shapes_AreManyAndHaveSources()
    {
        Assert.InRange(Http2Shape.All.Count, 60, int.MaxValue);
        Assert.All(Http2Shape.All.Values, shape => Assert.NotEqual("", shape.Source));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Request_Ambiguous_IsRefusedOrForwardedUnambiguously(string name)
    {
        Http2Shape shape = Http2Shape.All[name];
        bed.AnswerSoundly();

        string outcome = await Send(shape);

        string told = $"the client received {outcome}, the node {string.Join("; ", bed.Node.Requests.Select(r => Findings.Escape(Encoding.Latin1.GetBytes(r))))}";
        Assert.True(shape.Seen.SequenceEqual(Seen().Except(shape.MayBeSeen), StringComparer.Ordinal), told);
        Assert.True(shape.Seen.Count > 0 ? outcome == "200 ok" : !outcome.StartsWith('2'), told);
        await ProbeIsAlone(shape);
    }

    private IEnumerable<string> Seen() => bed.Node.Requests.Select(RequestSmugglingTests.Described);

    private async Task<string> Send(Http2Shape shape)
    {
        using RawHttp2Session client = await RawHttp2Session.Connect(bed.Http2Port);
        await client.SendFields(1, shape.Fields, isLast: shape.Body is null);
        if (shape.Body is not null)
            await client.SendData(1, shape.Body, isLast: shape.Trailers.Count == 0);
        if (shape.Trailers.Count > 0)
            await client.SendFields(1, shape.Trailers, isLast: true);
        return await client.Outcome(1);
    }

    private async Task ProbeIsAlone(Http2Shape shape)
    {
        bed.Node.Requests.Clear();
        using RawHttp2Session client = await RawHttp2Session.Connect(bed.Http2Port);
        await client.SendFields(1, Probe, isLast: true);
        Assert.Equal("200 ok", await client.Outcome(1));
        Assert.Equal(["GET /items/probe | none | "], Seen().Except(shape.MayBeSeen));
    }
}
