using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace HashBalancer.Proxy;

/// <summary>Names of headers and cookies: tokens (RFC 9110 §5.6.2, RFC 6265 §4.1.1).</summary>
internal static class TokenName
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether the name is a token; if not, why: half a sentence after "because".</summary>
    public static bool IsValid(string name, string what, [NotNullWhen(false)] out string? problem)
    {
        int at = name.AsSpan().IndexOfAnyExcept(Allowed);
        problem = at < 0 ? null : $"'{name[at]}' may not stand in the name of a {what}";
        return at < 0;
    }
}
