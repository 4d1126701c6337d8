using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

internal sealed class PathKeyKind : IHashKeyKind
{
    public string Name => HashKeyKinds.Path;

    public bool TakesName => false;

    public bool TryCreate(string name, [NotNullWhen(true)] out IHashKeySource? source, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        source = new Source();
        return true;
    }

    private sealed class Source : IHashKeySource
    {
        public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
        {
            // A path base is a part of the path that an earlier middleware cut off; the client asked for both.
            key.Append(context.Request.PathBase.Value.AsSpan());
            key.Append(context.Request.Path.Value.AsSpan());
            return key.Length > 0;
        }
    }
}
