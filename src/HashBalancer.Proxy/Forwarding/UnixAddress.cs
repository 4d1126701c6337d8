using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>The address of a node that listens on a Unix socket: <c>http://unix:/path/of.sock</c>, and with what is to precede the paths of
/// requests <c>http://unix:/path/of.sock:/prefix</c>, as nginx has it.</summary>
/// <param name="Path">The socket's, absolute.</param>
/// <param name="Url">The address as if the node listened on this machine: its host is what nodes see as Host.</param>
internal sealed record UnixAddress(string Path, string Url)
{
    private const string Start = $"http://{Node.UnixHost}";

    /// <summary>What nodes see as Host: there is no name to tell.</summary>
    private const string Host = "http://localhost";

    public EndPoint EndPoint => new UnixDomainSocketEndPoint(Path);

    /// <summary>Whether an address is meant to be one of a Unix socket, well-formed or not.</summary>
    public static bool IsMeant(string address) => address.StartsWith(Start, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads an address.</summary>
    /// <returns>False when it is none of a Unix socket, or has a fault.</returns>
    public static bool TryRead(string address, [NotNullWhen(true)] out UnixAddress? read)
    {
        read = IsMeant(address) && FaultOf(address) is null ? Cut(address) : null;
        return read is not null;
    }

    /// <summary>What is wrong with an address that is meant to be one of a Unix socket; null when nothing is.</summary>
    public static string? FaultOf(string address)
    {
        string rest = address[Start.Length..];
        int end = rest.IndexOf(':', StringComparison.Ordinal);
        string path = end < 0 ? rest : rest[..end];
        if (!Node.IsSoundUnixHost(Node.UnixHost + path))
            return $"its path is '{path}', but must be {Node.SocketPathRule}";
        string prefix = end < 0 ? "" : rest[(end + 1)..];
        return end < 0 || (prefix.StartsWith('/') && Uri.TryCreate(Host + prefix, UriKind.Absolute, out Uri? uri) && uri.Query.Length == 0 && uri.Fragment.Length == 0)
            ? null
            : $"what follows its path is '{prefix}', but must be the beginning of requests' paths, such as '/api'";
    }

    private static UnixAddress Cut(string address)
    {
        string rest = address[Start.Length..];
        int end = rest.IndexOf(':', StringComparison.Ordinal);
        return end < 0 ? new UnixAddress(rest, Host + "/") : new UnixAddress(rest[..end], Host + rest[(end + 1)..]);
    }
}
