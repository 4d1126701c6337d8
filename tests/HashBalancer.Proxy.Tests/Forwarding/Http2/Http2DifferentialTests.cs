using System.Text;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Forwarding.Http2;

/// <summary>A client by HTTP/2 gets the same on the lean path and on YARP's, and the node the same requests, for the shapes of <see cref="DifferentialTests"/>.</summary>
public sealed class Http2DifferentialTests
{
    /// <summary>What concerns one connection of HTTP/1.1 alone, and has no place in HTTP/2.</summary>
    private static readonly string[] OfHttp1 = ["Keep-Alive", "Transfer-Encoding", "Upgrade", "HTTP2-Settings"];

    [Fact]
    public async Task Exchange_OfAnyShape_IsTheSameOnBothPaths()
    {
        (string[] fast, long[] fastPaths) = await Run(ForwardingMode.Auto);
        (string[] stock, long[] stockPaths) = await Run(ForwardingMode.Stock);

        int shapes = DifferentialTests.Requests.Length * DifferentialTests.Answers.Length;
        Assert.Equal([shapes, 0], fastPaths);
        Assert.Equal([0, shapes], stockPaths);
        foreach ((string expected, string actual) in stock.Zip(fast))
            Assert.True(expected == actual, $"YARP's path:\n{expected}\n\nthe lean path:\n{actual}");
    }

    private static async Task<(string[] Seen, long[] Paths)> Run(ForwardingMode mode)
    {
        await using ForwardingBed bed = await ForwardingBed.Start("", mode);
        using HttpClient client = Http2Clients.To(bed.Http2Port);
        var seen = new List<string>();
        int repeated = 0;
        foreach (string request in DifferentialTests.Requests)
        {
            foreach (string answer in DifferentialTests.Answers)
            {
                bool isHead = request.StartsWith("HEAD", StringComparison.Ordinal);
                bed.Node.Answer = Encoding.Latin1.GetBytes(isHead ? answer[..DifferentialTests.HeadEnd(answer)] : answer);
                bed.Node.Closes = isHead || answer.Contains("Connection: close", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.0", StringComparison.Ordinal);
                string received = await Exchange(client, request);
                // As over HTTP/1.1: a connection that the node is just closing.
                for (; mode == ForwardingMode.Stock && received.StartsWith("502", StringComparison.Ordinal); repeated++)
                    received = await Exchange(client, request);
                await Eventually.IsTrue(() => !bed.Node.Requests.IsEmpty, $"the node has {request} of {answer}; {received}");
                seen.Add($"{DifferentialTests.Sorted(string.Concat(bed.Node.Requests), bed.Node.Port).Replace($":{bed.Http2Port}", ":proxy", StringComparison.Ordinal)}\n->\n{received}");
                bed.Node.Requests.Clear();
            }
        }

        return ([.. seen], [bed.Paths.Fast, bed.Paths.Stock - repeated]);
    }

    private static async Task<string> Exchange(HttpClient client, string text)
    {
        using HttpRequestMessage request = Read(client, text);
        using HttpResponseMessage response = await client.SendAsync(request);
        var told = new StringBuilder($"{(int)response.StatusCode}\n");
        foreach ((string name, IEnumerable<string> values) in response.Headers.NonValidated.Select(f => (f.Key, (IEnumerable<string>)f.Value))
            .Concat(response.Content.Headers.NonValidated.Select(f => (f.Key, (IEnumerable<string>)f.Value)))
            .Where(field => field.Key != "Date").OrderBy(field => field.Key, StringComparer.OrdinalIgnoreCase))
        {
            told.Append($"{name}: {string.Join(',', values)}\n");
        }

        told.Append($"\n{await response.Content.ReadAsStringAsync()}\n");
        foreach ((string name, IEnumerable<string> values) in response.TrailingHeaders)
            told.Append($"{name}: {string.Join(',', values)}\n");
        return told.ToString();
    }

    /// <summary>A request as it is written for HTTP/1.1.</summary>
    private static HttpRequestMessage Read(HttpClient client, string text)
    {
        int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        string[] lines = text[..end].Split("\r\n");
        string[] first = lines[0].Split(' ');
        bool isChunked = text.Contains("\r\nTransfer-Encoding: chunked\r\n", StringComparison.Ordinal);
        byte[] body = Encoding.Latin1.GetBytes(isChunked ? Chunks.Joined(text[(end + 4)..]) : text[(end + 4)..]);
        HttpRequestMessage request = Http2Clients.Request(
            client, first[0], first[1],
            isChunked ? new UnmeasuredContent(stream => stream.WriteAsync(body).AsTask())
            : text.Contains("\r\nContent-Length:", StringComparison.Ordinal) ? new ByteArrayContent(body) : null);
        foreach (string[] field in lines.Skip(1).Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries)))
        {
            if (!OfHttp1.Contains(field[0]) && !request.Headers.TryAddWithoutValidation(field[0], field[1]))
                Assert.True(request.Content!.Headers.TryAddWithoutValidation(field[0], field[1]));
        }

        return request;
    }
}
