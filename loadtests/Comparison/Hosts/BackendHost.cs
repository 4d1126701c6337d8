using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace HashBalancer.Comparison.Hosts;

/// <summary>
/// The nodes behind every proxy: as little server as HTTP/1.1 allows, so that the core it shares with the client can feed a
/// proxy that has a core of its own. One process, one port for each node.
/// </summary>
internal static class BackendHost
{
    public const string RoleName = "backend";

    private const int Backlog = 1024;

    public static async Task<int> Run(int nodes)
    {
        var listeners = new List<Socket>();
        for (int i = 0; i < nodes; i++)
        {
            var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(Backlog);
            listeners.Add(listener);
            _ = Accept(listener, NameOf(i));
        }

        Console.WriteLine($"{Role.Listening} {string.Join(' ', listeners.Select(l => l.LocalEndPoint))}");
        await Role.UntilStdinCloses();
        return 0;
    }

    public static string NameOf(int node) => string.Create(CultureInfo.InvariantCulture, $"node-{node + 1}");

    private static async Task Accept(Socket listener, string node)
    {
        while (true)
        {
            Socket socket = await listener.AcceptAsync();
            socket.NoDelay = true;
            _ = new BackendConnection(socket, node).Serve();
        }
    }
}
