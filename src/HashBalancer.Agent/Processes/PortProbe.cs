using System.Net;
using System.Net.Sockets;

namespace HashBalancer.Agent;

/// <summary>Finds out whether something listens on a port.</summary>
internal static class PortProbe
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>Whether a connection to the port is accepted within a second.</summary>
    /// <param name="host">The host; empty means this machine.</param>
    /// <param name="port">The port.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Ends the try.</param>
    public static async Task<bool> AcceptsAsync(string host, int port, TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            if (host.Length == 0)
                await socket.ConnectAsync(IPAddress.Loopback, port, either.Token);
            else
                await socket.ConnectAsync(host, port, either.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
