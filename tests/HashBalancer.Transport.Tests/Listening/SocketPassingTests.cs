using System.Net;
using System.Net.Sockets;

namespace HashBalancer.Transport.Tests.Listening;

public sealed class SocketPassingTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private readonly Socket _sender = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Socket _receiver;

    public SocketPassingTests()
    {
        Assert.SkipUnless(EpollTransport.IsSupported, "It needs Linux on x64 or arm64.");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_path));
        listener.Listen(1);
        _sender.Connect(new UnixDomainSocketEndPoint(_path));
        _receiver = listener.Accept();
    }

    [Fact]
    public async Task Receive_ListeningSockets_AcceptFromTheSameQueue()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();

        SocketPassing.Send(_sender, "two"u8, [first.Server, second.Server]);
        (byte[] message, IReadOnlyList<Socket> sockets) = SocketPassing.Receive(_receiver, 64);

        Assert.Equal("two"u8.ToArray(), message);
        Assert.Equal([first.LocalEndpoint, second.LocalEndpoint], sockets.Select(socket => socket.LocalEndPoint!));
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync((IPEndPoint)first.LocalEndpoint, TestContext.Current.CancellationToken);
        using Socket accepted = await sockets[0].AcceptAsync(TestContext.Current.CancellationToken);
        Assert.Equal(client.Client.LocalEndPoint, accepted.RemoteEndPoint);
        foreach (Socket socket in sockets)
            socket.Dispose();
    }

    [Fact]
    public void Receive_MessageAloneAndTheEnd_HaveNoSockets()
    {
        SocketPassing.Send(_sender, "none"u8, []);
        (byte[] message, IReadOnlyList<Socket> sockets) = SocketPassing.Receive(_receiver, 64);
        Assert.Equal(("none", 0), (System.Text.Encoding.ASCII.GetString(message), sockets.Count));

        _sender.Dispose();
        (message, sockets) = SocketPassing.Receive(_receiver, 64);
        Assert.Empty(message);
        Assert.Empty(sockets);
    }

    [Fact]
    public void Send_ConnectionOver_SaysSo()
    {
        _receiver.Dispose();
        Assert.StartsWith("Sockets could not be handed over: ", Assert.Throws<IOException>(() => SocketPassing.Send(_sender, "x"u8, [])).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        File.Delete(_path);
    }
}
