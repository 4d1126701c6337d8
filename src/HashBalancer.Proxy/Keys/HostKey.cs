using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

internal sealed class HostKeyKind : IHashKeyKind
{
    public string Name => HashKeyKinds.Host;

    public bool TakesName => false;

    public bool TryCreate(string name, [NotNullWhen(true)] out IHashKeySource? source, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        source = new Source();
        return true;
    }

    /// <summary>Cuts the port off itself: <c>HostString.Host</c> makes a new string when there is one.</summary>
    private sealed class Source : IHashKeySource
    {
        public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
        {
            ReadOnlySpan<char> host = context.Request.Host.Value;
            // An IPv6 address stands in brackets, so a colon after the last bracket begins the port.
            int bracket = host.LastIndexOf(']');
            int colon = host[(bracket + 1)..].IndexOf(':');
            key.Append(colon < 0 ? host : host[..(bracket + 1 + colon)]);
            key.LowerAscii();
            return key.Length > 0;
        }
    }
}
