using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Registry;

/// <summary>One request to the API.</summary>
internal sealed class ApiCall(HttpContext http, string path, string rest, QueryArgs query, RegistryState state, CancellationToken stopping)
{
    private Authority? _authority;

    /// <summary>More than any registration needs; Consul itself sets no limit here.</summary>
    public const int DefaultMaxBody = 1024 * 1024;

    public string Method => http.Request.Method;

    /// <summary>The decoded path.</summary>
    public string Path { get; } = path;

    /// <summary>What follows the route's prefix.</summary>
    public string Rest { get; } = rest;

    public QueryArgs Query { get; } = query;

    /// <summary>Ends with the connection.</summary>
    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>Ends with the server.</summary>
    public CancellationToken Stopping { get; } = stopping;

    /// <summary>The caller's token; empty when it sends none. The parameter counts before the headers.</summary>
    public string Token
    {
        get
        {
            if (Query.Get("token") is { Length: > 0 } parameter)
                return parameter;
            if (Header("X-Consul-Token") is { Length: > 0 } header)
                return header;
            string bearer = Header("Authorization");
            return bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? bearer["Bearer ".Length..].Trim() : "";
        }
    }

    /// <summary>What the caller may do.</summary>
    /// <exception cref="RefusedException">403: its token is unknown.</exception>
    public Authority Authority =>
        _authority ??= state.Read(() => state.Acl.Resolve(Token)) ?? throw new RefusedException(403, RefusedException.UnknownToken);

    /// <summary>Refuses a caller that may not do what it asks.</summary>
    /// <param name="allowed">Whether it may.</param>
    /// <param name="missing">The right it lacks, if the answer names it.</param>
    /// <exception cref="RefusedException">403.</exception>
    public static void Require(bool allowed, string? missing = null)
    {
        if (!allowed)
            throw new RefusedException(403, missing is null ? "Permission denied" : $"Permission denied: Missing {missing}");
    }

    public string Header(string name) => http.Request.Headers[name].ToString();

    /// <summary>Reads the whole body.</summary>
    /// <param name="limit">The most bytes taken.</param>
    /// <param name="tooLarge">Makes the text of the refusal from the number of bytes announced, which is 0 when none was.</param>
    /// <exception cref="RefusedException">413: it is longer.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(int limit = DefaultMaxBody, Func<long, string>? tooLarge = null)
    {
        tooLarge ??= _ => $"Request body too large, max size: {limit} bytes";
        long announced = http.Request.ContentLength ?? 0;
        if (announced > limit)
            throw new RefusedException(413, tooLarge(announced));
        var buffer = new ArrayBufferWriter<byte>(Math.Max((int)announced, 256));
        while (true)
        {
            int read = await http.Request.Body.ReadAsync(buffer.GetMemory(1), Aborted);
            if (read == 0)
                return buffer.WrittenMemory;
            buffer.Advance(read);
            if (buffer.WrittenCount > limit)
                throw new RefusedException(413, tooLarge(buffer.WrittenCount));
        }
    }

    /// <summary>Reads a JSON body.</summary>
    /// <exception cref="RefusedException">It is malformed, does not fit or is too long.</exception>
    public async ValueTask<T> ReadJsonAsync<T>(GoStruct<T> body)
        where T : new()
    {
        ReadOnlyMemory<byte> bytes = await ReadBodyAsync();
        try
        {
            return body.Read(bytes.Span);
        }
        catch (GoJsonException e)
        {
            throw RefusedException.BadRequest($"Request decode failed: {e.Message}");
        }
    }
}
