using System.Buffers;
using System.Collections.Frozen;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace HashBalancer.Proxy;

/// <summary>Fields after a chunked body (RFC 9110 section 6.5), in both directions.</summary>
/// <remarks>Receivers may take them for fields of the head. What decides on framing, routing, identity or how the content is to be read is therefore
/// dropped, as is what a proxy before the reader vouches for.</remarks>
internal static class Trailers
{
    private static readonly FrozenSet<string> Dropped = new[]
    {
        "Content-Length", "Content-Type", "Content-Encoding", "Content-Range", "Host", "Trailer", "Expect", "Max-Forwards", "Range", "If-Match", "If-None-Match",
        "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Authorization", "WWW-Authenticate", "Cookie", "Set-Cookie", "Cache-Control", "Pragma",
        "Age", "Expires", "Date", "Location", "Retry-After", "Vary", "Forwarded", "Via",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a trailer of that name is passed on.</summary>
    public static bool MayPass(string name) =>
        RequestFields.IsName(name) && !Dropped.Contains(name) && !HopByHop.Has(name) && !name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase);

    /// <summary>The end of a request's chunked body with the trailers that the node gets; null when there are none.</summary>
    public static byte[]? EndOf(HttpContext context, RouteTransforms transforms)
    {
        if (context.Features.Get<IHttpRequestTrailersFeature>() is not { Available: true, Trailers: { Count: > 0 } trailers })
            return null;
        StringValues connection = context.Request.Headers.Connection;
        var end = new HeadWriter(new byte[256]);
        end.Bytes("0\r\n"u8);
        foreach ((string name, StringValues values) in trailers)
        {
            if (!MayPass(name) || transforms.Drops(name) || HopByHop.IsNamed(connection, name))
                continue;
            foreach (string? value in values)
                _ = end.Field(name, value ?? "", RequestFields.ValueText);
        }

        end.Bytes("\r\n"u8);
        return end.Buffer[..end.Length];
    }

    /// <summary>Writes a piece of a body as a chunk.</summary>
    public static void WriteChunk(PipeWriter to, ReadOnlySpan<byte> data)
    {
        const int SizeRoom = 10;
        Span<byte> size = to.GetSpan(SizeRoom);
        _ = data.Length.TryFormat(size, out int digits, "x");
        "\r\n"u8.CopyTo(size[digits..]);
        to.Advance(digits + 2);
        ResponseBody.WriteWhole(to, data);
        to.Write("\r\n"u8);
    }

    /// <summary>Writes a line of a response's trailers, as the node sent it, if the client gets it.</summary>
    /// <param name="to">The response.</param>
    /// <param name="line">With its end.</param>
    public static void WriteLine(PipeWriter to, ReadOnlySpan<byte> line)
    {
        if (TryRead(line, out _, out _))
            to.Write(line);
    }

    /// <summary>Gives a line of a response's trailers to the server, which sends it after the body, if the client gets it.</summary>
    /// <param name="to">The response.</param>
    /// <param name="line">With its end.</param>
    public static void Append(HttpResponse to, ReadOnlySpan<byte> line)
    {
        if (TryRead(line, out string name, out ReadOnlySpan<byte> value) && to.SupportsTrailers())
            to.AppendTrailer(name, HeaderText.Of(value.Trim(" \t"u8)));
    }

    private static bool TryRead(ReadOnlySpan<byte> line, out string name, out ReadOnlySpan<byte> value)
    {
        int colon = line.IndexOf((byte)':');
        name = HeaderText.Of(line[..colon]);
        value = line[(colon + 1)..^2];
        return MayPass(name) && !value.ContainsAnyExcept(ResponseHead.TextBytes);
    }
}
