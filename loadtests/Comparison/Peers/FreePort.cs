using System.Net;
using System.Net.Sockets;

namespace HashBalancer.Comparison.Peers;

/// <summary>For programs that cannot choose a port themselves and tell it.</summary>
internal static class FreePort
{
    /// <summary>A port that is free now. Another process may take it before it is used: the start fails then, and names the port.</summary>
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
