using System.Net;
using System.Net.Sockets;

namespace HashBalancer.Agent;

/// <summary>Finds out where the service can be reached: what is configured goes before what the server is bound to.</summary>
internal static class EndpointDiscovery
{
    /// <summary>The endpoint to register.</summary>
    /// <param name="options">Address and port as configured.</param>
    /// <param name="bound">The server's addresses, such as <c>http://[::]:5000</c>.</param>
    /// <param name="registryAddress">The registry's address.</param>
    /// <exception cref="InvalidOperationException">No port is configured, and the server has none.</exception>
    public static ServiceEndpoint Find(AgentOptions options, IEnumerable<string> bound, string registryAddress)
    {
        (string Host, int Port, bool IsHttps)[] listening = [.. bound.Select(Parse).OfType<(string, int, bool)>()];
        int port = options.Port ?? 0;
        (string Host, int Port, bool IsHttps)? match = listening
            .OrderBy(l => l.IsHttps)
            .Where(l => port == 0 || l.Port == port)
            .Select(l => ((string, int, bool)?)l)
            .FirstOrDefault();
        if (port == 0)
        {
            port = match?.Port ?? throw new InvalidOperationException(
                $"{AgentOptions.Section}:Port is not set and the server listens on no TCP port; set Port, or give the server an address.");
        }

        string host = options.Address?.Trim('[', ']') ?? HostFor(match?.Host, registryAddress);
        return new ServiceEndpoint(host, port, match?.IsHttps ?? false);
    }

    private static string HostFor(string? bound, string registryAddress)
    {
        if (bound is "localhost")
            return IPAddress.Loopback.ToString();
        bool wildcard = bound is null or "*" or "+" || (IPAddress.TryParse(bound, out IPAddress? ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)));
        return wildcard ? LocalAddressTowards(registryAddress) : bound!;
    }

    // Towards a registry on this machine the local address would be loopback, which nobody else can use: the registry's own
    // address (an empty one) is that of this machine.
    private static string LocalAddressTowards(string registryAddress)
    {
        if (!Uri.TryCreate(registryAddress, UriKind.Absolute, out Uri? uri) || uri.IsLoopback || uri.Scheme == "unix")
            return "";
        try
        {
            // Connecting a datagram socket sends nothing; it only picks the route.
            using var probe = new Socket(SocketType.Dgram, ProtocolType.Udp);
            probe.Connect(uri.IdnHost, uri.Port);
            IPAddress local = ((IPEndPoint)probe.LocalEndPoint!).Address;
            local = local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
            return IPAddress.IsLoopback(local) ? "" : local.ToString();
        }
        catch (SocketException)
        {
            return "";
        }
    }

    private static (string Host, int Port, bool IsHttps)? Parse(string address)
    {
        // A wildcard host is no URI; Kestrel names it '*' or '+'.
        bool https = address.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        string rest = address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..].TrimEnd('/');
        if (rest.StartsWith("unix:", StringComparison.OrdinalIgnoreCase) || rest.StartsWith("pipe:", StringComparison.OrdinalIgnoreCase))
            return null;
        int colon = rest.LastIndexOf(':');
        return colon > 0 && int.TryParse(rest.AsSpan(colon + 1), out int port) && port > 0 ? (rest[..colon].Trim('[', ']'), port, https) : null;
    }
}
