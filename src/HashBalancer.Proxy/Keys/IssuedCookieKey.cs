using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

internal sealed class IssuedCookieKeyKind : IHashKeyKind
{
    public string Name => HashKeyKinds.IssuedCookie;

    public bool TakesName => true;

    public bool TryCreate(string name, [NotNullWhen(true)] out IHashKeySource? source, [NotNullWhen(false)] out string? problem)
    {
        source = null;
        if (!new CookieKeyKind().TryCreate(name, out IHashKeySource? cookie, out problem))
            return false;
        source = new Source(name, cookie);
        return true;
    }

    /// <summary>A client that brings no cookie gets one with the response to the request that it is the key of already.</summary>
    /// <remarks>Only such a request allocates. The value is random and says nothing; scripts of a page cannot read it.</remarks>
    private sealed class Source(string name, IHashKeySource cookie) : IHashKeySource
    {
        /// <summary>Bytes: enough that two clients never meet by chance.</summary>
        private const int Size = 16;

        private readonly object _item = new();

        public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
        {
            if (cookie.TryAppend(context, ref key))
                return true;
            key.Clear();
            // A request may be keyed twice, such as for a mirror: it keeps its value.
            if (!context.Items.TryGetValue(_item, out object? known) || known is not string value)
            {
                value = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Size));
                context.Items[_item] = value;
                // At the start of the response, behind the headers of the node: it may set cookies of its own.
                context.Response.OnStarting(static state =>
                {
                    (HttpContext at, string line) = ((HttpContext, string))state;
                    at.Response.Headers.Append("Set-Cookie", line);
                    return Task.CompletedTask;
                }, (context, $"{name}={value}; Path=/; HttpOnly; SameSite=Lax{(context.Request.IsHttps ? "; Secure" : "")}"));
            }

            key.Append(value.AsSpan());
            return true;
        }
    }
}
