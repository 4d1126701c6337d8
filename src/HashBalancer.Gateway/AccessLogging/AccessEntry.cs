using System.Buffers;
using System.Diagnostics;
using System.Net;
using HashBalancer.Proxy;

namespace HashBalancer.Gateway.AccessLogging;

/// <summary>One request as the access log has it; taken when it has ended, since its context is used again.</summary>
internal sealed class AccessEntry
{
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    /// <summary>When it began.</summary>
    public required DateTimeOffset At { get; init; }

    public required TimeSpan Duration { get; init; }

    public required IPAddress? Client { get; init; }

    public required string Method { get; init; }

    /// <summary>Path and query as the client sent them.</summary>
    public required string Target { get; init; }

    public required string Protocol { get; init; }

    public required string Host { get; init; }

    public required int Status { get; init; }

    /// <summary>Bytes of the response's body; null: not known, as for one of no declared length.</summary>
    public required long? Bytes { get; init; }

    public required string? Referrer { get; init; }

    public required string? UserAgent { get; init; }

    /// <summary>What the proxy knows of it; null: no pool served it.</summary>
    public required RequestRecord? Record { get; init; }

    /// <summary>The trace that it is part of, 32 hexadecimal digits; null: none.</summary>
    public required string? TraceId { get; init; }

    /// <summary>Request headers that a template names, in its order.</summary>
    public required string?[] Headers { get; init; }

    /// <summary>Takes a request that has ended.</summary>
    public static AccessEntry Of(HttpContext context, DateTimeOffset at, TimeSpan duration, string[] headers)
    {
        HttpRequest request = context.Request;
        return new AccessEntry
        {
            At = at,
            Duration = duration,
            Client = context.Connection.RemoteIpAddress,
            Method = request.Method,
            Target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()?.RawTarget ?? "",
            Protocol = request.Protocol,
            Host = request.Host.Value ?? "",
            Status = context.Response.StatusCode,
            Bytes = HttpMethods.IsHead(request.Method) ? 0 : context.Response.ContentLength,
            Referrer = TextOf(request.Headers.Referer.ToString()),
            UserAgent = TextOf(request.Headers.UserAgent.ToString()),
            Record = context.Features.Get<RequestRecord>(),
            TraceId = Activity.Current?.TraceId.ToHexString() ?? TraceOf(request.Headers.TraceParent.ToString()),
            Headers = [.. headers.Select(name => TextOf(request.Headers[name].ToString()))],
        };
    }

    private static string? TextOf(string text) => text.Length == 0 ? null : text;

    /// <summary>The trace that the client is part of, where this gateway traces nothing itself: W3C Trace Context, version 00 and those that begin like it.</summary>
    private static string? TraceOf(string parent) =>
        parent.Length >= 55 && parent[2] == '-' && parent[35] == '-' && !parent.AsSpan(3, 32).ContainsAnyExcept(Hexadecimal) ? parent.Substring(3, 32) : null;
}
