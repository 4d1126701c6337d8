using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Transforms;

namespace HashBalancer.Proxy;

/// <summary>Writes a request's head as a node is to see it: the client's, with what the route's transforms do.</summary>
internal static class RequestHead
{
    private static readonly SearchValues<char> PlainPath =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/");

    private static readonly SearchValues<char> PlainQuery =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&()*+,;=:@/?");

    /// <summary>What <see cref="Write"/> returns for a request that could be read in more than one way.</summary>
    public const int Unsound = -1;

    /// <summary>Writes into <see cref="NodeConnection.Head"/>.</summary>
    /// <returns>The head's length; 0 when the request holds something that is not written here; <see cref="Unsound"/> when it must not be forwarded.</returns>
    public static int Write(
        NodeConnection connection, HttpContext context, NodeConnections to, bool hasBody, RouteTransforms transforms, string hopLines, SeededSequence chance)
    {
        HttpRequest request = context.Request;
        if (!RequestFields.AreFramedInOneWay(request))
            return Unsound;
        var head = new HeadWriter(connection.Head);
        head.Ascii(request.Method);
        head.Bytes(" "u8);
        Target(ref head, request, to, transforms);
        head.Bytes(" HTTP/1.1\r\nHost: "u8);
        if (transforms.KeepsHost && request.Headers.Host is [{ Length: > 0 } host])
        {
            if (host.AsSpan().ContainsAnyExcept(RequestFields.ValueText))
                return Unsound;
            head.Ascii(host);
        }
        else
        {
            head.Bytes(to.Host);
        }

        head.Bytes("\r\n"u8);

        StringValues connectionField = request.Headers.Connection;
        bool hasOptions = connectionField.Count > 0;
        Activity? activity = Activity.Current;
        foreach ((string name, StringValues values) in request.Headers)
        {
            if (IsReplaced(name) || transforms.Drops(name) || HopByHop.Has(name) || (activity is not null && IsTrace(name))
                || (hasOptions && HopByHop.IsNamed(connectionField, name)))
            {
                continue;
            }

            if (!RequestFields.IsName(name))
                return Unsound;
            if (values.Count > 1 && name.Equals("Cookie", StringComparison.OrdinalIgnoreCase))
            {
                if (!TryWrite(ref head, name, string.Join("; ", values.ToArray())))
                    return Unsound;
                continue;
            }

            foreach (string? value in values)
            {
                if (!TryWrite(ref head, name, value ?? ""))
                    return Unsound;
            }
        }

        if (!Forwarded(ref head, context, transforms, chance))
            return 0;
        head.Ascii(hopLines);
        foreach (HeaderChange change in transforms.Request)
        {
            foreach (string value in change.Values)
                _ = head.Field(change.Name, value, RequestFields.ValueText);
        }

        if (activity is not null)
            Trace(ref head, activity);
        Framing(ref head, request, hasBody);
        head.Bytes("\r\n"u8);
        connection.Head = head.Buffer;
        return head.Length;
    }

    /// <summary>Writes a client's field, beyond ASCII as UTF-8, which is what the server read it as.</summary>
    private static bool TryWrite(ref HeadWriter head, string name, string value)
    {
        if (head.Field(name, value, RequestFields.ValueText))
            return true;
        if (RequestFields.HasControls(value))
            return false;
        head.Ascii(name);
        head.Bytes(": "u8);
        head.Utf8(value);
        head.Bytes("\r\n"u8);
        return true;
    }

    private static void Target(ref HeadWriter head, HttpRequest request, NodeConnections to, RouteTransforms transforms)
    {
        PathString target = request.Path;
        foreach (Func<PathString, PathString> change in transforms.Path)
            target = change(target);
        QueryString asked = transforms.Query.Count == 0 ? request.QueryString : Changed(request, transforms);
        string? path = target.Value;
        string? query = asked.Value;
        if (string.IsNullOrEmpty(path) || path.AsSpan().ContainsAnyExcept(PlainPath) || query.AsSpan().ContainsAnyExcept(PlainQuery)
            || path.Contains("/.", StringComparison.Ordinal))
        {
            head.Ascii(RequestUtilities.MakeDestinationAddress(to.Url, target, asked).PathAndQuery);
            return;
        }

        head.Ascii(to.PathPrefix);
        head.Ascii(path);
        head.Ascii(query ?? "");
    }

    private static QueryString Changed(HttpRequest request, RouteTransforms transforms)
    {
        var query = new QueryTransformContext(request);
        foreach (Action<QueryTransformContext> change in transforms.Query)
            change(query);
        return query.QueryString;
    }

    private static bool Forwarded(ref HeadWriter head, HttpContext context, RouteTransforms transforms, SeededSequence chance)
    {
        HttpRequest request = context.Request;
        if (transforms.For.IsAdded && context.Connection.RemoteIpAddress is { } address)
        {
            head.Ascii(transforms.For.Name);
            head.Bytes(": "u8);
            head.Address(address);
            head.Bytes("\r\n"u8);
        }

        return (!transforms.Host.IsAdded || !request.Host.HasValue || head.Field(transforms.Host.Name, request.Host.ToUriComponent(), RequestFields.ValueText))
            && (!transforms.Proto.IsAdded || head.Field(transforms.Proto.Name, request.Scheme, RequestFields.ValueText))
            && (!transforms.Prefix.IsAdded || !request.PathBase.HasValue || head.Field(transforms.Prefix.Name, request.PathBase.ToUriComponent(), RequestFields.ValueText))
            && (transforms.Forwarded is not { IsAdded: true } forwarded || head.Field(ForwardedLine.Name, forwarded.ValueOf(context, chance), RequestFields.ValueText));
    }

    private static void Trace(ref HeadWriter head, Activity activity)
    {
        var fields = new List<(string Name, string Value)>();
        DistributedContextPropagator.Current.Inject(activity, fields, static (carrier, name, value) => ((List<(string, string)>)carrier!).Add((name, value)));
        foreach ((string name, string value) in fields)
            _ = head.Field(name, value, RequestFields.ValueText);
    }

    private static void Framing(ref HeadWriter head, HttpRequest request, bool hasBody)
    {
        if (hasBody && request.ContentLength is null)
        {
            head.Bytes("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (request.ContentLength is { } length)
        {
            head.Bytes("Content-Length: "u8);
            head.Number(length);
            head.Bytes("\r\n"u8);
        }
        else if (HttpMethods.IsPost(request.Method) || HttpMethods.IsPut(request.Method) || HttpMethods.IsPatch(request.Method))
        {
            head.Bytes("Content-Length: 0\r\n"u8);
        }
    }

    private static bool IsReplaced(string name) => name.Length switch
    {
        4 => name.Equals("Host", StringComparison.OrdinalIgnoreCase),
        14 => name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase),
        _ => name.StartsWith(':'),
    };

    private static bool IsTrace(string name) =>
        name.Equals("traceparent", StringComparison.OrdinalIgnoreCase) || name.Equals("tracestate", StringComparison.OrdinalIgnoreCase)
        || name.Equals("baggage", StringComparison.OrdinalIgnoreCase) || name.Equals("Request-Id", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Correlation-Context", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Writes ASCII into an array that grows.</summary>
internal ref struct HeadWriter(byte[] buffer)
{
    public byte[] Buffer { get; private set; } = buffer;

    public int Length { get; private set; }

    public void Bytes(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    public void Ascii(ReadOnlySpan<char> text)
    {
        _ = Encoding.ASCII.GetBytes(text, Room(text.Length));
        Length += text.Length;
    }

    public void Utf8(ReadOnlySpan<char> text) => Length += Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length)));

    public bool Field(string name, string value, SearchValues<char> allowed)
    {
        if (value.AsSpan().ContainsAnyExcept(allowed))
            return false;
        Ascii(name);
        Bytes(": "u8);
        Ascii(value);
        Bytes("\r\n"u8);
        return true;
    }

    public void Number(long number)
    {
        number.TryFormat(Room(20), out int written);
        Length += written;
    }

    public void Address(IPAddress address)
    {
        address.TryFormat(Room(65), out int written);
        Length += written;
    }

    private Span<byte> Room(int needed)
    {
        if (Buffer.Length - Length < needed)
        {
            byte[] larger = new byte[Math.Max(Buffer.Length * 2, Length + needed)];
            Buffer.AsSpan(0, Length).CopyTo(larger);
            Buffer = larger;
        }

        return Buffer.AsSpan(Length);
    }
}
