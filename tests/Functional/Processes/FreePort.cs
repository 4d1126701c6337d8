using System.Net;
using System.Net.Sockets;

namespace HashBalancer.Functional.Processes;

/// <summary>A port that nobody listens on, for programs that cannot pick one themselves.</summary>
internal static class FreePort
{
    public static int Next()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
