using System.Net;
using System.Net.Sockets;
using HashBalancer.Transport.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Transport.Tests.Listening;

public sealed class EpollListenerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    public async Task Accept_Connection_KnowsBothAddresses(string address)
    {
        Assert.SkipUnless(address != "::1" || Socket.OSSupportsIPv6, "No IPv6 here.");
        await using Loops loops = await Loops.Start(IPAddress.Parse(address));

        (Socket client, ConnectionContext connection) = await loops.Connect();

        Assert.Equal(client.LocalEndPoint, connection.RemoteEndPoint);
        Assert.Equal(client.RemoteEndPoint, connection.LocalEndPoint);
        Assert.Same(connection, connection.Features.Get<IConnectionEndPointFeature>());
    }

    [Fact]
    public async Task Accept_ManyAtOnce_GetsEachOfThem()
    {
        await using Loops loops = await Loops.Start();
        Socket[] clients = [.. Enumerable.Range(0, 300).Select(_ => new Socket(SocketType.Stream, ProtocolType.Tcp))];
        await Task.WhenAll(clients.Select(client => client.ConnectAsync(loops.Address, Stop).AsTask()));

        HashSet<string> ids = [];
        for (int i = 0; i < clients.Length; i++)
        {
            ConnectionContext? connection = await loops.Listener.AcceptAsync(Stop);
            Assert.True(ids.Add(connection!.ConnectionId));
            await connection.DisposeAsync();
        }

        foreach (Socket client in clients)
            client.Dispose();
    }

    [Fact]
    public async Task Accept_Unbound_EndsWithNothing()
    {
        await using Loops loops = await Loops.Start();
        ValueTask<ConnectionContext?> accepting = loops.Listener.AcceptAsync(Stop);
        Assert.False(accepting.IsCompleted);

        await loops.Listener.UnbindAsync(Stop);

        Assert.Null(await accepting);
        Assert.Null(await loops.Listener.AcceptAsync(Stop));
        using var late = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await Assert.ThrowsAsync<SocketException>(() => late.ConnectAsync(loops.Address, Stop).AsTask());
    }

    [Fact]
    public async Task StopAccepting_ConnectionsThatCome_WaitForWhoeverHasTheSocketToo()
    {
        await using Loops loops = await Loops.Start();
        (Socket before, ConnectionContext served) = await loops.Connect();
        ValueTask<ConnectionContext?> accepting = loops.Listener.AcceptAsync(Stop);
        Assert.False(accepting.IsCompleted);

        loops.Transport.StopAccepting();
        using var late = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await late.ConnectAsync(loops.Address, Stop);

        // What stands is served on.
        await before.SendAsync(new byte[] { 1 }, Stop);
        Assert.Equal(1, (await served.Transport.Input.ReadAsync(Stop)).Buffer.Length);
        Assert.False(accepting.IsCompleted);
        await loops.Listener.UnbindAsync(Stop);
        Assert.Null(await accepting);
    }

    [Fact]
    public async Task Bind_PortInUse_SaysSo()
    {
        await using Loops loops = await Loops.Start();
        await using ServiceProvider services = Loops.Services();

        await Assert.ThrowsAsync<AddressInUseException>(() => Loops.FactoryOf(services).BindAsync(loops.Address, Stop).AsTask());
    }

    [Fact]
    public async Task CanBind_AddressWithAPortAlone()
    {
        Assert.SkipUnless(EpollTransport.IsSupported, "Event loops need Linux on x64 or arm64.");
        await using ServiceProvider services = Loops.Services();
        var selector = (IConnectionListenerFactorySelector)Loops.FactoryOf(services);

        Assert.True(selector.CanBind(new IPEndPoint(IPAddress.Loopback, 0)));
        Assert.False(selector.CanBind(new UnixDomainSocketEndPoint("/tmp/x")));
    }
}
