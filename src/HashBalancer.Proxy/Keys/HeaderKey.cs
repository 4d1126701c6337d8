using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace HashBalancer.Proxy;

internal sealed class HeaderKeyKind : IHashKeyKind
{
    public string Name => HashKeyKinds.Header;

    public bool TakesName => true;

    public bool TryCreate(string name, [NotNullWhen(true)] out IHashKeySource? source, [NotNullWhen(false)] out string? problem)
    {
        source = TokenName.IsValid(name, "header", out problem) ? new Source(name) : null;
        return source is not null;
    }

    private sealed class Source(string name) : IHashKeySource
    {
        public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
        {
            StringValues lines = context.Request.Headers[name];
            for (int i = 0; i < lines.Count; i++)
            {
                // Several lines mean the same as one joined by commas (RFC 9110 §5.3).
                if (i > 0)
                    key.Append((byte)',');
                key.Append(lines[i].AsSpan());
            }

            return key.Length > 0;
        }
    }
}
