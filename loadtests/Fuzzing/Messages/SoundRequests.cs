using System.Globalization;
using System.Text;

namespace HashBalancer.Fuzzing.Messages;

/// <summary>Requests as good clients send them, each naming its exchange; what is damaged is one of these.</summary>
internal static class SoundRequests
{
    /// <summary>The field that nodes answer by.</summary>
    public const string IdField = "X-Fuzz-Id";

    private const int LongBody = 9000;

    private static readonly Func<string, string>[] Shapes =
    [
        id => Head("GET", id),
        id => Head("GET", id, "Cookie: a=b\r\nCookie: c=d\r\nAccept: */*\r\nX-Empty:\r\nX-Two: 1\r\nX-Two: 2\r\n"),
        id => $"GET /items/a%20b/%C3%A9/{id}?q=1&r=%20x HTTP/1.1\r\nHost: client.example:8080\r\n{IdField}: {id}\r\nUser-Agent: fuzz\r\n\r\n",
        id => $"GET http://client.example/items/{id} HTTP/1.1\r\nHost: client.example\r\n{IdField}: {id}\r\n\r\n",
        id => $"GET /items/{id} HTTP/1.0\r\nHost: client.example\r\nConnection: keep-alive\r\n{IdField}: {id}\r\n\r\n",
        id => Head("HEAD", id),
        id => Head("DELETE", id, "Connection: X-Hop\r\nX-Hop: 1\r\nTE: trailers\r\nKeep-Alive: 5\r\n"),
        id => Head("POST", id, "Content-Length: 18\r\n") + id,
        id => Head("PUT", id, "Content-Type: text/plain\r\nContent-Length: 18\r\n") + id,
        id => Head("POST", id, string.Create(CultureInfo.InvariantCulture, $"Content-Length: {LongBody + 18}\r\n")) + id + new string('y', LongBody),
        id => Head("POST", id, "Transfer-Encoding: chunked\r\n") + $"12\r\n{id}\r\n0\r\n\r\n",
        id => Head("PATCH", id, "Transfer-Encoding: chunked\r\nTrailer: X-T\r\n") + $"2;a=b\r\nab\r\n12\r\n{id}\r\n0\r\nX-T: {id}\r\n\r\n",
        id => Head("POST", id, "Expect: 100-continue\r\nContent-Length: 18\r\n") + id,
        id => Head("GET", id, "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"),
        id => Head("OPTIONS", id, "Origin: http://x\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Host: evil\r\nForwarded: for=1.1.1.1\r\n"),
        id => Head("GET", id, string.Concat(Enumerable.Range(0, 40).Select(i => string.Create(CultureInfo.InvariantCulture, $"X-Field-{i}: value-{i}\r\n")))),
        // Two at once: what follows a damaged request is the next one's beginning.
        id => Head("GET", id) + Head("GET", id),
        id => Head("POST", id, "Content-Length: 18\r\n") + id + Head("GET", id),
    ];

    /// <summary>The one whose answer is compared byte by byte.</summary>
    public static byte[] Plain(string id, string method = "GET", string body = "") =>
        Encoding.ASCII.GetBytes(body.Length == 0 ? Head(method, id) : Head(method, id, string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n")) + body);

    /// <summary>One of all shapes.</summary>
    public static byte[] Any(string id, Random random) => Encoding.ASCII.GetBytes(Shapes[random.Next(Shapes.Length)](id));

    private static string Head(string method, string id, string fields = "") =>
        $"{method} /items/{id} HTTP/1.1\r\nHost: client.example\r\n{IdField}: {id}\r\n{fields}\r\n";
}
