using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;

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
