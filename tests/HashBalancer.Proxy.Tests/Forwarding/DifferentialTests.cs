using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>The lean path and YARP's give the same bytes to the client and to the node, whatever the shape of the exchange.</summary>
/// <remarks>What may differ all the same stands in <see cref="IntendedDifference"/>, each with its reason.</remarks>
public sealed class DifferentialTests
{
    internal static readonly string[] Requests =
    [
        "GET /items/1 HTTP/1.1\r\n\r\n",
        "GET /items/a%20b/%C3%A9?q=1&r=%20x HTTP/1.1\r\n\r\n",
        "GET /items/a'b(c)*;d=e,f@g:h/?q='x'&[y] HTTP/1.1\r\n\r\n",
        "GET /items/%2Fa/./b/../c HTTP/1.1\r\n\r\n",
        "GET /items/1? HTTP/1.1\r\n\r\n",
        "GET /items/1 HTTP/1.1\r\nX-A: 1\r\nX-A: 2\r\nCookie: a=b\r\nCookie: c=d\r\nAccept: */*\r\nX-Empty:\r\n\r\n",
        "GET /items/1 HTTP/1.1\r\nKeep-Alive: 5\r\nForwarded: for=9.9.9.9\r\nForwarded: by=x\r\nProxy-Authorization: x\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Prefix: /x\r\n\r\n",
        "GET /items/1 HTTP/1.1\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n",
        "GET /items/1 HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
        "HEAD /items/1 HTTP/1.1\r\n\r\n",
        "DELETE /items/1 HTTP/1.1\r\n\r\n",
        "OPTIONS /items/1 HTTP/1.1\r\nOrigin: http://x\r\n\r\n",
        "POST /items/1 HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        "POST /items/1 HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello",
        "PUT /items/1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "PROPFIND /items/1 HTTP/1.1\r\nDepth: 1\r\nContent-Length: 3\r\n\r\nabc",
    ];

    internal static readonly string[] Answers =
    [
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 Fine\r\nServer: a\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 201 Created\r\nLocation: /items/2\r\nContent-Length: 0\r\nX-Empty:\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/5\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\nConnection: close\r\n\r\ngone",
        "HTTP/1.1 418 I'm a teapot\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 500 Internal Server Error\r\nKeep-Alive: timeout=5\r\nContent-Length: 3\r\n\r\nbad",
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nAlt-Svc: h2=\":1\"\r\nProxy-Authenticate: x\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nCache-Control: no-cache, no-store\r\nVary: A\r\nVary: B\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 1\r\n\r\nx",
        "HTTP/1.1 299 Odd\r\nContent-Length: 70000\r\n\r\n" + Long,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11170\r\n" + Long + "\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end",
    ];

    private static string Long => new('z', 70_000);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exchange_OfAnyShape_IsTheSameOnBothPaths(bool forwardsDirectly)
    {
        (string[] fast, long[] fastPaths) = await Run(ForwardingMode.Auto, forwardsDirectly);
        (string[] stock, long[] stockPaths) = await Run(ForwardingMode.Stock);

        Assert.Equal([Requests.Length * Answers.Length, 0], fastPaths);
        Assert.Equal([0, Requests.Length * Answers.Length], stockPaths);
        foreach ((string expected, string actual) in stock.Zip(fast))
            Assert.True(expected == actual, $"YARP's path:\n{expected}\n\nthe lean path:\n{actual}");
    }

    private static async Task<(string[] Seen, long[] Paths)> Run(ForwardingMode mode, bool forwardsDirectly = false)
    {
        await using var node = new ScriptedNode();
        await using ProxyHost proxy = await ProxyHost.Start(
            new() { ["items"] = ["path"] }, configure: services => services.AddSingleton(new ForwardingSettings { Mode = mode }), forwardsDirectly: forwardsDirectly);
        proxy.Publish(PoolViews.Of("items", proxy.Node("items", "a", node.Port)));
        var seen = new List<string>();
        int repeated = 0;
        foreach (string request in Requests)
        {
            string sent = request.Replace("HTTP/1.1\r\n", "HTTP/1.1\r\nHost: client.example\r\nConnection: close\r\n", StringComparison.Ordinal);
            foreach (string answer in Answers)
            {
                bool isHead = request.StartsWith("HEAD", StringComparison.Ordinal);
                node.Answer = System.Text.Encoding.Latin1.GetBytes(isHead ? answer[..HeadEnd(answer)] : answer);
                node.Closes = isHead || answer.Contains("Connection: close", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.0", StringComparison.Ordinal);
                string received = await RawClient.Exchange(proxy.Port, sent);
                // YARP's client may take a connection that the node is just closing, and tells that as a failure; no answer here is a 502.
                for (; mode == ForwardingMode.Stock && received.StartsWith("HTTP/1.1 502 ", StringComparison.Ordinal); repeated++)
                    received = await RawClient.Exchange(proxy.Port, sent);
                await Eventually.IsTrue(() => !node.Requests.IsEmpty, $"the node has {sent} of {answer}; {received}");
                seen.Add($"{Sorted(string.Concat(node.Requests), node.Port)}\n->\n{Sorted(received, node.Port)}");
                node.Requests.Clear();
            }
        }

        ForwardingMetrics metrics = proxy.Services.GetRequiredService<ForwardingMetrics>();
        return ([.. seen], [metrics.Of(ForwardingPath.Fast), metrics.Of(ForwardingPath.Stock) - repeated]);
    }

    // The first head after informational ones ends the answer to HEAD.
    internal static int HeadEnd(string answer)
    {
        int at = 0;
        while (answer.AsSpan(at).StartsWith("HTTP/1.1 1"))
            at = answer.IndexOf("\r\n\r\n", at, StringComparison.Ordinal) + 4;
        return answer.IndexOf("\r\n\r\n", at, StringComparison.Ordinal) + 4;
    }

    /// <summary>Fields in order of their names, each run's own values taken out, and chunks joined: both may be cut differently.</summary>
    internal static string Sorted(string message, int port)
    {
        int end = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return message;
        string[] lines = message[..end].Split("\r\n");
        string[] fields = [.. lines.Skip(1)
            .Where(line => !line.StartsWith("Date:", StringComparison.Ordinal) && !line.StartsWith("traceparent:", StringComparison.Ordinal))
            .Select(line => line.TrimEnd().Split(':', 2))
            .GroupBy(field => field[0], StringComparer.OrdinalIgnoreCase)
            .Select(field => $"{field.Key}:{string.Join(',', field.Select(parts => parts[1]))}").Order(StringComparer.OrdinalIgnoreCase)];
        string body = message[(end + 4)..];
        if (fields.Contains("Transfer-Encoding: chunked"))
            body = Chunks.Joined(body);
        return string.Join('\n', [lines[0], .. fields, "", body]).Replace($":{port}", ":port", StringComparison.Ordinal);
    }
}
