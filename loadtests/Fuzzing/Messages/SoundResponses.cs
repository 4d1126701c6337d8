using System.Globalization;
using System.Text;

namespace HashBalancer.Fuzzing.Messages;

/// <summary>Responses as good nodes give them, each naming its exchange; what is damaged is one of these.</summary>
internal static class SoundResponses
{
    private const int LongBody = 9000;

    private static readonly Func<string, string>[] Shapes =
    [
        id => Counted($"answer {id}"),
        id => Counted($"answer {id}", $"X-Id: {id}\r\nServer: node\r\nSet-Cookie: a=b\r\nSet-Cookie: c={id}\r\n"),
        id => $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{Chunk(id)}0\r\n\r\n",
        id => $"HTTP/1.1 200 OK\r\nX-Id: {id}\r\nTransfer-Encoding: chunked\r\nTrailer: X-T\r\n\r\n{Chunk("ab")}{Chunk(id, ";x=y")}{Chunk("c")}0\r\nX-T: {id}\r\n\r\n",
        id => $"HTTP/1.1 204 No Content\r\nX-Id: {id}\r\n\r\n",
        id => $"HTTP/1.1 304 Not Modified\r\nETag: \"{id}\"\r\nContent-Length: 5\r\n\r\n",
        id => $"HTTP/1.1 100 Continue\r\n\r\n{Counted(id)}",
        id => $"HTTP/1.1 103 Early Hints\r\nLink: <{id}>\r\n\r\n{Counted(id)}",
        id => $"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 18\r\n\r\n{id}",
        id => $"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end {id}",
        id => $"HTTP/1.1 404 Not Found\r\nConnection: X-Hop, close\r\nX-Hop: {id}\r\nContent-Length: 18\r\n\r\n{id}",
        id => $"HTTP/1.1 302 Found\r\nLocation: /items/{id}\r\nContent-Length: 0\r\n\r\n",
        id => Counted(id + new string('z', LongBody)),
        id => $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{Chunk(id + new string('z', LongBody))}{Chunk(id)}0\r\n\r\n",
        id => Counted(id, string.Concat(Enumerable.Range(0, 40).Select(i => string.Create(CultureInfo.InvariantCulture, $"X-Field-{i}: value-{i}\r\n")))),
        id => $"HTTP/1.1 500 Internal Server Error\r\nKeep-Alive: timeout=5\r\nContent-Length: 18\r\n\r\n{id}",
        id => $"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-17/90\r\nContent-Length: 18\r\nContent-Length: 18\r\n\r\n{id}",
    ];

    /// <summary>The one that clients compare byte by byte.</summary>
    public static byte[] Plain(string id, bool answersHead = false) => Encoding.ASCII.GetBytes(Cut(Counted(PlainBody(id)), answersHead));

    public static string PlainBody(string id) => $"plain {id}";

    /// <summary>One of all shapes.</summary>
    public static byte[] Any(string id, bool answersHead, Random random) => Encoding.ASCII.GetBytes(Cut(Shapes[random.Next(Shapes.Length)](id), answersHead));

    /// <summary>An answer to HEAD ends with its final head.</summary>
    private static string Cut(string answer, bool answersHead)
    {
        const string HeadEnd = "\r\n\r\n";
        if (!answersHead)
            return answer;
        int end = answer.IndexOf(HeadEnd, StringComparison.Ordinal) + HeadEnd.Length;
        return answer.StartsWith("HTTP/1.1 1", StringComparison.Ordinal)
            ? answer[..(answer.IndexOf(HeadEnd, end, StringComparison.Ordinal) + HeadEnd.Length)]
            : answer[..end];
    }

    private static string Counted(string body, string fields = "") =>
        string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\n{fields}Content-Length: {body.Length}\r\n\r\n{body}");

    private static string Chunk(string data, string extension = "") =>
        string.Create(CultureInfo.InvariantCulture, $"{data.Length:x}{extension}\r\n{data}\r\n");
}
