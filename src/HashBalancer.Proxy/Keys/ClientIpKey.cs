using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy;

internal sealed class ClientIpKeyKind : IHashKeyKind
{
    public string Name => HashKeyKinds.ClientIp;

    public bool TakesName => false;

    public bool TryCreate(string name, [NotNullWhen(true)] out IHashKeySource? source, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        source = new Source();
        return true;
    }

    /// <summary>The key is the address as text, not its bytes: whoever knows the text can compute the owner, as of any other key.</summary>
    private sealed class Source : IHashKeySource
    {
        /// <summary>Room for the longest text: an IPv6 address that ends in an IPv4 one (45), '%' and a scope of 10 digits.</summary>
        private const int LongestText = 64;

        /// <summary>How long "::ffff:" is, which goes before the IPv4 address of a client on a socket of both families.</summary>
        private const int MappedPrefix = 7;

        public bool TryAppend(HttpContext context, scoped ref KeyBuffer key)
        {
            // Null on sockets without addresses, such as Unix ones.
            if (context.Connection.RemoteIpAddress is not { } address)
                return false;

            Span<byte> text = stackalloc byte[LongestText];
            if (!address.TryFormat(text, out int length))
                return false;
            text = text[..length];
            if (address.IsIPv4MappedToIPv6)
                text = text[MappedPrefix..];

            // A scope numbers the gateway's own interfaces: another gateway knows the same client by another number.
            int scope = text.IndexOf((byte)'%');
            key.Append(scope < 0 ? text : text[..scope]);
            return true;
        }
    }
}
