namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>Where the fast path does not do as YARP's does, on purpose; a test holds each to be true, so that the list stays so.</summary>
/// <param name="Name">What differs.</param>
/// <param name="Why">Why it should.</param>
/// <param name="Request">The client's.</param>
/// <param name="Answer">The node's.</param>
/// <param name="AtNode">Whether it shows in what the node receives; otherwise in what the client does.</param>
/// <param name="Fast">What the fast path writes there, and YARP's does not.</param>
/// <param name="Stock">What YARP's path writes there, and the fast one does not; empty: nothing of its own.</param>
/// <remarks>Beside these: fields may come in another order, and chunks be cut differently.</remarks>
internal sealed record IntendedDifference(string Name, string Why, string Request, string Answer, bool AtNode, string Fast, string Stock)
{
    private const string Get = "GET /items/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string Refused = "HTTP/1.1 502 Bad Gateway\r\n";

    public static IReadOnlyDictionary<string, IntendedDifference> All { get; } = new IntendedDifference[]
    {
        new("a field in several lines", "Both forms mean the same (RFC 9110 section 5.3), and joining them costs.",
            With("X-A: 1\r\nX-A: 2\r\n"), Ok, AtNode: true, "X-A: 1\r\nX-A: 2\r\n", "X-A: 1, 2\r\n"),
        new("a response's field that Connection names", "It is meant for this hop alone (RFC 9110 section 7.6.1).",
            Get, "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nX-Hop: 1\r\nContent-Length: 2\r\n\r\nok", AtNode: false, "", "X-Hop: 1\r\n"),
        new("a field beyond ASCII", "YARP's client cannot write it unless it is configured to, and refuses; the server read it as UTF-8, which is what goes on.",
            With("X-A: \u00c3\u00a9\r\n"), Ok, AtNode: false, "HTTP/1.1 200 OK\r\n", "HTTP/1.1 400 Bad Request\r\n"),
        new("a response of both framings", "The mark of a smuggled response (RFC 9112 section 6.3).",
            Get, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", AtNode: false, Refused, "HTTP/1.1 200 OK\r\n"),
        new("a response whose lines end with LF alone", "Other readers see other lines (RFC 9112 section 2.2).",
            Get, "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", AtNode: false, Refused, "HTTP/1.1 200 OK\r\n"),
        new("a response's folded field", "Obsolete, and read in two ways (RFC 9112 section 5.2).",
            Get, "HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok", AtNode: false, Refused, "HTTP/1.1 200 OK\r\n"),
        new("a response's reason with a control character", "Forbidden (RFC 9112 section 4).",
            Get, "HTTP/1.1 200 O\u000bK\r\nContent-Length: 2\r\n\r\nok", AtNode: false, Refused, "HTTP/1.1 200 O\u000bK\r\n"),
        new("a response coded twice", "What the client got would have lost a coding (RFC 9112 section 6.1).",
            Get, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", AtNode: false, Refused, "HTTP/1.1 200 OK\r\n"),
        new("a client that takes trailers", "Nodes send none that are needed to who does not say that they arrive (RFC 9110 section 6.5.1).",
            With("TE: trailers\r\n"), Ok, AtNode: true, "Connection: TE\r\nTE: trailers\r\n", ""),
        new("a response's trailers", "The client has asked for them; the server has no way to send them over HTTP/1.1, but to let its application frame the body.",
            With("TE: trailers\r\n"), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: 1\r\n\r\n", AtNode: false, "0\r\nX-T: 1\r\n\r\n", "0\r\n\r\n"),
        new("a request's trailers", "A body that stays chunked can keep them (RFC 9112 section 7.1.2).",
            "POST /items/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-T: 1\r\n\r\n", Ok, AtNode: true, "0\r\nX-T: 1\r\n\r\n", "0\r\n\r\n"),
        new("an upgrade to another protocol than WebSocket", "Nothing in a tunnel depends on its protocol.",
            Get.Replace("close", "Upgrade, close", StringComparison.Ordinal).Replace("\r\n\r\n", "\r\nUpgrade: foo\r\n\r\n", StringComparison.Ordinal), Ok, AtNode: true, "Upgrade: foo\r\n", ""),
    }.ToDictionary(d => d.Name, StringComparer.Ordinal);

    private static string With(string fields) => Get.Replace("\r\n\r\n", $"\r\n{fields}\r\n", StringComparison.Ordinal);
}
