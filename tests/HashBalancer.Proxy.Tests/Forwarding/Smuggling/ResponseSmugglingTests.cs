using System.Text;
using HashBalancer.Fuzzing.Checks;
using HashBalancer.LoadTests.Http;
using HashBalancer.Testing;

namespace HashBalancer.Proxy.Tests.Forwarding.Smuggling;

/// <summary>Every response of the corpus reaches the client in one reading alone, or as an error; and nothing of it reaches another client.</summary>
public sealed class ResponseSmugglingTests(SmugglingBed bed) : IClassFixture<SmugglingBed>
{
    private const string Sound = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nsound";
    private const string Path = "/items/a HTTP/1.1\r\nHost: a\r\n";

    public static TheoryData<string> Names => [.. ResponseShape.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Response_Ambiguous_IsAnErrorOrReadInOneWay(string name)
    {
        ResponseShape shape = ResponseShape.All[name];
        // Closed by the node, so that what is too short ends at once.
        (bed.Node.Answer, bed.Node.Closes) = (Encoding.Latin1.GetBytes(shape.Bytes), true);

        string received = await RawClient.Exchange(bed.Port, $"{shape.Method} {Path}Connection: close\r\n\r\n");

        string told = Findings.Escape(Encoding.Latin1.GetBytes(received));
        if (shape.Passed is { } passed)
            Assert.True(passed == Described(received, shape.Method), told);
        else
            Assert.True(received.StartsWith("HTTP/1.1 502 ", StringComparison.Ordinal) || received.EndsWith("<reset>", StringComparison.Ordinal), told);
        if (shape.Passed is null || !shape.Passed.Contains("injected", StringComparison.Ordinal))
            Assert.DoesNotContain("injected", received, StringComparison.Ordinal);
    }

    /// <summary>The node keeps the connection open: the next request must not be answered by what was left on it.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Response_Ambiguous_LeavesNothingForTheNextRequest(string name)
    {
        ResponseShape shape = ResponseShape.All[name];
        (bed.Node.Answer, bed.Node.Closes) = (Encoding.Latin1.GetBytes(shape.Bytes), false);
        Task<string> first = RawClient.Exchange(bed.Port, $"{shape.Method} {Path}Connection: close\r\n\r\n");
        await Eventually.IsTrue(() => !bed.Node.Requests.IsEmpty, "the node has the request");
        bed.Node.Requests.Clear();
        (bed.Node.Answer, bed.Node.Closes) = (Encoding.Latin1.GetBytes(Sound), false);

        for (int i = 0; i < 3; i++)
            Assert.EndsWith("\r\n\r\nsound", await RawClient.Exchange(bed.Port, $"GET {Path}Connection: close\r\n\r\n"), StringComparison.Ordinal);

        _ = await first;
        bed.Node.Requests.Clear();
    }

    private static string Described(string received, string method)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(received);
        try
        {
            ReceivedAnswer answer = ReceivedAnswer.Read(bytes, method == "HEAD");
            int end = answer.UntilClose ? bytes.Length : answer.End;
            Assert.Equal(bytes.Length, end);
            string body = received[answer.Body..end];
            return $"{answer.Status} | {(body.EndsWith("\r\n0\r\n\r\n", StringComparison.Ordinal) ? Chunks.Joined(body) : body)}";
        }
        catch (MalformedResponseException error)
        {
            return error.Message;
        }
    }
}
