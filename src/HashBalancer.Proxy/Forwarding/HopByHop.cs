using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace HashBalancer.Proxy;

/// <summary>Header fields that concern one connection alone (RFC 9110 section 7.6.1) and are never passed on, in either direction.</summary>
internal static class HopByHop
{
    private static readonly FrozenSet<string> Names = new[]
    {
        "Connection", "Transfer-Encoding", "Keep-Alive", "Upgrade", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authentication-Info",
        "Proxy-Authorization", "Proxy-Features", "Proxy-Instruction", "Security-Scheme", "ALPN", "Close", "HTTP2-Settings", "TE", "Alt-Svc",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool Has(string name) => Names.Contains(name);

    /// <summary>Takes the fields away that the field Connection of a request names, for a forwarder that passes them on.</summary>
    public static void RemoveNamed(IHeaderDictionary fields)
    {
        StringValues connection = fields.Connection;
        if (connection.Count == 0)
            return;
        foreach (string? value in connection)
        {
            foreach (string name in (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                // The request could not be read without these; and the others of this hop the forwarder knows.
                if (!Has(name) && !name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase) && !name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase))
                    fields.Remove(name);
            }
        }
    }

    /// <summary>Whether the field Connection of a message names another field.</summary>
    public static bool IsNamed(StringValues connection, string name)
    {
        foreach (string? value in connection)
        {
            foreach (Range part in value.AsSpan().Split(','))
            {
                if (value.AsSpan(part).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }

        return false;
    }
}
