using System.Buffers;
using System.Globalization;
using System.Net;
using HashBalancer.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Comparison.Hosts;

/// <summary>
/// The nodes behind every proxy: as little server as HTTP/1.1 allows, on an event loop that makes several calls of the system in one, so that the core it
/// shares with the client can feed a proxy that has a core of its own. One process, one port for each node.
/// </summary>
internal static class BackendHost
{
    public const string RoleName = "backend";

    public static async Task<int> Run(int nodes)
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddLogging().AddSingleton<IMemoryPoolFactory<byte>, SharedPools>().AddEpollTransport().BuildServiceProvider();
        IConnectionListenerFactory factory = services.GetRequiredService<IConnectionListenerFactory>();
        var listeners = new List<IConnectionListener>();
        for (int i = 0; i < nodes; i++)
        {
            IConnectionListener listener = await factory.BindAsync(new IPEndPoint(IPAddress.Loopback, 0));
            listeners.Add(listener);
            _ = Accept(listener, NameOf(i));
        }

        Console.WriteLine($"{Role.Listening} {string.Join(' ', listeners.Select(l => l.EndPoint))}");
        await Role.UntilStdinCloses();
        return 0;
    }

    public static string NameOf(int node) => string.Create(CultureInfo.InvariantCulture, $"node-{node + 1}");

    private static async Task Accept(IConnectionListener listener, string node)
    {
        while (await listener.AcceptAsync() is { } connection)
            _ = new BackendConnection(connection, node).Serve();
    }

    private sealed class SharedPools : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => MemoryPool<byte>.Shared;
    }
}
