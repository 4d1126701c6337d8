using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HashBalancer.Proxy;

internal sealed class CookieKeyKind : IHashKeyKind
{
    public string Name => HashKeyKinds.Cookie;

    public bool TakesName => true;

    public bool TryCreate(string name, [NotNullWhen(true)] out IHashKeySource? source, [NotNullWhen(false)] out string? problem)
    {
        source = TokenName.IsValid(name, "cookie", out problem) ? new Source(name) : null;
        return source is not null;
    }

    /// <summary>Reads the header itself: <c>HttpRequest.Cookies</c> parses all cookies into a dictionary, for every request.</summary>
    private sealed class Source(string name) : IHashKeySource
    {
        public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
        {
            StringValues lines = context.Request.Headers.Cookie;
            for (int i = 0; i < lines.Count; i++)
            {
                if (Find(lines[i]) is { Length: > 0 } value)
                {
                    key.Append(value);
                    return true;
                }
            }

            return false;
        }

        private ReadOnlySpan<char> Find(ReadOnlySpan<char> line)
        {
            foreach (Range range in line.Split(';'))
            {
                ReadOnlySpan<char> pair = line[range].Trim(" \t");
                if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal))
                    return pair[(name.Length + 1)..];
            }

            return default;
        }
    }
}
