using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HashBalancer.Proxy;

/// <summary>What a request asks of this hop alone and the fast path asks of the node in turn: another protocol, and trailers.</summary>
/// <param name="Lines">The fields, as they are written to the node; empty for nearly all requests.</param>
/// <param name="Protocol">The protocol that the client wants to go on in; null: HTTP/1.1.</param>
/// <param name="Trailers">How the client gets fields after a response's body.</param>
internal readonly record struct HopFields(string Lines, string? Protocol, TrailerForm Trailers)
{
    /// <summary>Of a request by HTTP/1.1 that asks nothing.</summary>
    public static HopFields None { get; } = new("", null, TrailerForm.None);

    /// <summary>Of a request by HTTP/2 that asks nothing. What a node sends after a body all the same, the client gets: no reader takes it for anything else.</summary>
    private static HopFields NoneByHttp2 { get; } = new("", null, TrailerForm.Fields);

    /// <summary>Reads them; nearly always that is two looks at the header.</summary>
    public static HopFields Of(HttpContext context)
    {
        IHeaderDictionary headers = context.Request.Headers;
        if (headers.Upgrade.Count != 0 || headers.TE.Count != 0)
            return Read(context, headers);
        return HttpProtocol.IsHttp2(context.Request.Protocol) ? NoneByHttp2 : None;
    }

    /// <summary>How the trailers of a response go on, if it has any.</summary>
    public TrailerForm TrailersOf(ResponseHead head) =>
        head.Framing == BodyFraming.Chunked && head.Status != StatusCodes.Status205ResetContent ? Trailers : TrailerForm.None;

    private static HopFields Read(HttpContext context, IHeaderDictionary headers)
    {
        // A client that offers several protocols, or one that hides requests from whoever forwards it, is answered in HTTP/1.1, as if it had not asked
        // (RFC 9110 section 7.8): within HTTP/2, TLS and another HTTP, requests would pass that no proxy has looked at.
        string? protocol = headers.Upgrade is [{ Length: > 0 } asked] && RequestFields.IsName(asked.Replace('/', '.')) && !HidesRequests(asked)
            && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
                ? asked
                : null;
        bool takesTrailers = HopByHop.IsNamed(headers.TE, "trailers");
        string lines = (protocol, takesTrailers) switch
        {
            (null, false) => "",
            (null, true) => "Connection: TE\r\nTE: trailers\r\n",
            (_, false) => $"Connection: Upgrade\r\nUpgrade: {protocol}\r\n",
            (_, true) => $"Connection: Upgrade, TE\r\nUpgrade: {protocol}\r\nTE: trailers\r\n",
        };
        return new HopFields(
            lines, protocol,
            HttpProtocol.IsHttp2(context.Request.Protocol) ? TrailerForm.Fields : takesTrailers ? TrailerForm.Chunks : TrailerForm.None);
    }

    private static bool HidesRequests(string protocol) =>
        protocol.StartsWith("h2", StringComparison.OrdinalIgnoreCase) || protocol.StartsWith("h3", StringComparison.OrdinalIgnoreCase)
        || protocol.StartsWith("HTTP/", StringComparison.OrdinalIgnoreCase) || protocol.StartsWith("TLS/", StringComparison.OrdinalIgnoreCase)
        || protocol.Equals("HTTP", StringComparison.OrdinalIgnoreCase) || protocol.Equals("TLS", StringComparison.OrdinalIgnoreCase);
}

/// <summary>How fields after a response's body go to a client.</summary>
internal enum TrailerForm
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Behind the last chunk of a body that is framed here: the server frames none over HTTP/1.1 that they could follow.</summary>
    Chunks,

    /// <summary>By the server, in a frame of HTTP/2.</summary>
    Fields,
}
