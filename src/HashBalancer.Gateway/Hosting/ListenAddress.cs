using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HashBalancer.Gateway.Hosting;

/// <summary>A parsed listen address: <c>host:port</c> with host an IP address, <c>localhost</c>, or <c>*</c> for every interface.</summary>
/// <param name="Address">The interface; null for every interface, IPv6 and IPv4.</param>
/// <param name="Port">0 to 65535; 0 picks a free one.</param>
internal sealed record ListenAddress(IPAddress? Address, int Port)
{
    /// <summary>What <see cref="TryParse"/> takes, for messages.</summary>
    public const string Allowed = "HOST:PORT with HOST an IP address (IPv6 in brackets), localhost or *, and PORT 0 to 65535 (0: a free port)";

    /// <summary>What Kestrel binds for it.</summary>
    public IPEndPoint EndPoint => new(Address ?? IPAddress.IPv6Any, Port);

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback => Address is not null && IPAddress.IsLoopback(Address);

    /// <summary>Reads an address known to be well formed.</summary>
    public static ListenAddress Of(string text) =>
        TryParse(text, out ListenAddress address) ? address : throw new FormatException($"'{text}' must be {Allowed}.");

    public static bool TryParse(string? text, out ListenAddress address)
    {
        address = new ListenAddress(IPAddress.Loopback, 0);
        int colon = text?.LastIndexOf(':') ?? -1;
        if (colon <= 0 || !int.TryParse(text![(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out int port) || port > ushort.MaxValue)
            return false;
        string host = text[..colon];
        if (host == "*")
        {
            address = new ListenAddress(null, port);
            return true;
        }

        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            host = "127.0.0.1";
        if (!IPAddress.TryParse(bracketed ? host[1..^1] : host, out IPAddress? ip) || (ip.AddressFamily == AddressFamily.InterNetworkV6) != bracketed)
            return false;
        address = new ListenAddress(ip, port);
        return true;
    }

    public override string ToString() => Address switch
    {
        null => $"*:{Port}",
        { AddressFamily: AddressFamily.InterNetworkV6 } => $"[{Address}]:{Port}",
        _ => $"{Address}:{Port}",
    };
}
