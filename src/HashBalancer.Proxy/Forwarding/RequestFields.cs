using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy;

/// <summary>Which header fields of a request may be forwarded: Kestrel lets names and values through that nodes may read in another way, such as
/// <c>Transfer-Encoding\v: chunked</c>.</summary>
internal static class RequestFields
{
    /// <summary>RFC 9110 section 5.6.2.</summary>
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>What a field's value may hold and every server takes: visible ASCII, spaces and tabs.</summary>
    public static readonly SearchValues<char> ValueText = SearchValues.Create(['\t', .. Enumerable.Range(0x20, 0x5f).Select(c => (char)c)]);

    /// <summary>Control characters but the tab.</summary>
    private static readonly SearchValues<char> Controls =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Where(c => c != '\t').Select(c => (char)c), '\u007f']);

    /// <summary>What Kestrel calls a Content-Length that came together with Transfer-Encoding.</summary>
    private const string RenamedLength = "X-Content-Length";

    public static bool IsName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(Token);

    public static bool HasControls(string value) => value.AsSpan().ContainsAny(Controls);

    /// <summary>Whether every field can be forwarded by a client that sends nothing beyond ASCII unless it is told to.</summary>
    public static bool AreSound(IHeaderDictionary fields, bool isAsciiOnly)
    {
        foreach ((string name, StringValues values) in fields)
        {
            if (!IsName(name) && !name.StartsWith(':'))
                return false;
            foreach (string? value in values)
            {
                if (value is not null && (HasControls(value) || (isAsciiOnly && !System.Text.Ascii.IsValid(value))))
                    return false;
            }
        }

        return true;
    }

    /// <summary>Whether the body's length is told in one way alone, and no expectation is raised but the one that everybody knows.</summary>
    /// <remarks>Kestrel takes every list of codings that ends in "chunked", and passes the others over in silence; where a length was given as
    /// well, it renames that field. Proxies before it may have read either.</remarks>
    public static bool AreFramedInOneWay(HttpRequest request)
    {
        IHeaderDictionary fields = request.Headers;
        StringValues codings = fields.TransferEncoding, expectations = fields.Expect;
        return (codings.Count == 0
                || (codings.Count == 1 && "chunked".Equals(codings[0], StringComparison.OrdinalIgnoreCase) && HttpProtocol.IsHttp11(request.Protocol)
                    && !fields.ContainsKey(RenamedLength)))
            && (expectations.Count == 0 || (expectations.Count == 1 && "100-continue".Equals(expectations[0], StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>Answers 400 and closes, for what follows on the connection may be a part of the request: the fault is the client's, and no node's.</summary>
    public static ForwarderError Refuse(HttpContext context)
    {
        ForwarderError error = ForwardError.Report(context, ForwarderError.RequestCreation, exception: null, StatusCodes.Status400BadRequest);
        if (!HttpProtocol.IsHttp2(context.Request.Protocol) && !context.Response.HasStarted)
            context.Response.Headers.Connection = "close";
        return error;
    }
}
