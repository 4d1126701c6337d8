using System.Net;
using System.Net.Sockets;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Transport.Tests.Support;

/// <summary>Event loops with a socket that listens on loopback, and clients of it.</summary>
internal sealed class Loops : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly List<IAsyncDisposable> _accepted = [];
    private readonly List<Socket> _clients = [];

    private Loops(ServiceProvider services, IConnectionListener listener)
    {
        _services = services;
        Listener = listener;
    }

    public IConnectionListener Listener { get; }

    public IPEndPoint Address => (IPEndPoint)Listener.EndPoint;

    public EpollTransport Transport => _services.GetRequiredService<EpollTransport>();

    public static Task<Loops> Start(IPAddress? address = null) => Start(Services(), address);

    /// <summary>One loop for all sockets.</summary>
    /// <param name="isTogether">Whether it hands several sockets' calls to the system in one, which is skipped where that has no such one.</param>
    public static Task<Loops> StartOne(bool isTogether)
    {
        Assert.SkipWhen(isTogether && !EpollTransport.IsTogetherSupported, "Several calls in one need Linux 6.1 and io_uring allowed.");
        return Start(Services(loops: 1, isTogether), IPAddress.Loopback);
    }

    private static async Task<Loops> Start(ServiceProvider services, IPAddress? address)
    {
        Assert.SkipUnless(EpollTransport.IsSupported, "Event loops need Linux on x64 or arm64.");
        IConnectionListener listener = await FactoryOf(services).BindAsync(new IPEndPoint(address ?? IPAddress.Loopback, 0), TestContext.Current.CancellationToken);
        return new Loops(services, listener);
    }

    public static ServiceProvider Services(int? loops = null, bool isTogether = true)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IMemoryPoolFactory<byte>, SharedPools>();
        services.AddSingleton(_ => new EpollTransport(new IoWatch(TimeProvider.System), loops, isTogether));
        services.AddEpollTransport();
        return services.BuildServiceProvider();
    }

    public static IConnectionListenerFactory FactoryOf(IServiceProvider services) => services.GetRequiredService<IConnectionListenerFactory>();

    /// <summary>A client and the connection that was accepted for it.</summary>
    public async Task<(Socket Client, ConnectionContext Connection)> Connect()
    {
        var client = new Socket(Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
        _clients.Add(client);
        IPAddress to = Address.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : Address.Address;
        await client.ConnectAsync(new IPEndPoint(to, Address.Port), TestContext.Current.CancellationToken);
        ConnectionContext? connection = await Listener.AcceptAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(connection);
        _accepted.Add(connection);
        return (client, connection);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable connection in _accepted)
            await connection.DisposeAsync();
        foreach (Socket client in _clients)
            client.Dispose();
        await Listener.DisposeAsync();
        await Eventually.IsTrue(() => Transport.Count == 0, "every socket was given back");
        await _services.DisposeAsync();
    }

    private sealed class SharedPools : IMemoryPoolFactory<byte>
    {
        public System.Buffers.MemoryPool<byte> Create(MemoryPoolOptions? options = null) => System.Buffers.MemoryPool<byte>.Shared;
    }
}
