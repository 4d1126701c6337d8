using System.Net;
using System.Net.Sockets;
using HashBalancer.Testing;
using HashBalancer.Transport.Tests.Support;

namespace HashBalancer.Transport.Tests.Channels;

/// <summary>What holds for channels of either kind.</summary>
public sealed class ByteChannelTests : IAsyncDisposable
{
    private readonly IoWatch _watch = new(TimeProvider.System);
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private EpollTransport? _loops;

    public ByteChannelTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    public static TheoryData<string> Kinds => ["epoll", "sockets"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private IPEndPoint Address => (IPEndPoint)_listener.LocalEndPoint!;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        // A test may learn that its peer has the bytes before the loop that sent them does: until then their socket counts.
        await Eventually.IsTrue(() => (_loops?.Count ?? 0) == 0, "all sockets were given back");
        _loops?.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Receive_Megabytes_GivesAllInOrder(string kind)
    {
        (ByteChannel channel, Socket peer, Observer observer) = await Connect(kind);
        byte[] sent = Streams.Bytes(1_000_000);
        Task sending = Streams.SendAll(peer, sent);

        byte[] received = new byte[sent.Length], buffer = new byte[10_000];
        for (int at = 0; at < sent.Length;)
        {
            channel.StartReceive(buffer);
            int count = await channel.WhenReceived();
            buffer.AsSpan(0, count).CopyTo(received.AsSpan(at));
            at += count;
        }

        await sending;
        Assert.Equal(sent, received);
        Assert.Equal(sent.Length, observer.Bytes);
        channel.Dispose();
        Assert.Equal(0, await peer.ReceiveAsync(buffer, Stop));
        peer.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Send_PeerReadsLate_SendsAllInOrder(string kind)
    {
        (ByteChannel channel, Socket peer, _) = await Connect(kind);
        byte[] sent = Streams.Bytes(20_000_000);

        ValueTask sending = channel.Send(sent);
        Assert.False(sending.IsCompleted);
        byte[] received = await Streams.ReceiveAll(peer, sent.Length);

        await sending;
        Assert.Equal(sent, received);
        channel.Dispose();
        peer.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Receive_PeerCloses_EndsWithNothing(string kind)
    {
        (ByteChannel channel, Socket peer, _) = await Connect(kind);
        channel.StartReceive(new byte[10]);
        Assert.False(channel.IsReceiveOver);

        peer.Dispose();

        await Eventually.IsTrue(() => channel.IsReceiveOver, "the end was noticed");
        Assert.Equal(0, await channel.WhenReceived());
        channel.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Dispose_WhileReceiving_EndsIt(string kind)
    {
        (ByteChannel channel, Socket peer, _) = await Connect(kind);
        channel.StartReceive(new byte[10]);
        ValueTask<int> receiving = channel.WhenReceived();

        channel.Dispose();

        SocketException error = await Assert.ThrowsAsync<SocketException>(receiving.AsTask);
        Assert.Equal(SocketError.OperationAborted, error.SocketErrorCode);
        peer.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Dispose_WhileSending_EndsIt(string kind)
    {
        (ByteChannel channel, Socket peer, _) = await Connect(kind);
        ValueTask sending = channel.Send(new byte[20_000_000]);

        channel.Dispose();

        await Assert.ThrowsAsync<SocketException>(sending.AsTask);
        peer.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Send_PeerReset_Throws(string kind)
    {
        (ByteChannel channel, Socket peer, _) = await Connect(kind);
        channel.StartReceive(new byte[10]);
        peer.LingerState = new LingerOption(enable: true, seconds: 0);
        peer.Dispose();
        await Eventually.IsTrue(() => channel.IsReceiveOver, "the reset was noticed");

        await Assert.ThrowsAsync<SocketException>(() => channel.Send(new byte[10]).AsTask());
        channel.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Connect_NobodyListens_SaysSo(string kind)
    {
        IPEndPoint address = Address;
        _listener.Dispose();

        SocketException error = await Assert.ThrowsAsync<SocketException>(() => ConnectorOf(kind).Connect(address, new Observer(), Stop).AsTask());

        Assert.Equal(SocketError.ConnectionRefused, error.SocketErrorCode);
        await Eventually.IsTrue(() => (_loops?.Count ?? 0) == 0, "the socket was given back");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Connect_NameWithAnAddressThatRefuses_TakesTheNext(string kind)
    {
        // The name stands for ::1, too, where nobody listens.
        using ByteChannel channel = await ConnectorOf(kind).Connect(new DnsEndPoint("localhost", Address.Port), new Observer(), Stop);
        using Socket peer = await _listener.AcceptAsync(Stop);

        await channel.Send("x"u8.ToArray());

        Assert.Equal("x"u8.ToArray(), await Streams.ReceiveAll(peer, 1));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Connect_Canceled_SaysSo(string kind)
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ConnectorOf(kind).Connect(Address, new Observer(), source.Token).AsTask());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Connect_CanceledWhileNobodyAnswers_GivesUp(string kind)
    {
        // A listener whose queue is full answers no further connection.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        int givenUp = 0;
        using var source = new CancellationTokenSource();
        List<Task<ByteChannel>> connecting = [];
        for (int i = 0; i < 4; i++)
            connecting.Add(ConnectorOf(kind).Connect(full.LocalEndPoint!, new Observer(), source.Token).AsTask());

        await source.CancelAsync();

        foreach (Task<ByteChannel> connect in connecting)
        {
            try
            {
                (await connect).Dispose();
            }
            catch (OperationCanceledException)
            {
                givenUp++;
            }
        }

        Assert.InRange(givenUp, 1, connecting.Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Connect_UnixSocket_Works(string kind)
    {
        string path = Path.Combine(Path.GetTempPath(), $"hb-{Guid.NewGuid():N}.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using ByteChannel channel = await ConnectorOf(kind).Connect(new UnixDomainSocketEndPoint(path), new Observer(), Stop);
        using Socket peer = await listener.AcceptAsync(Stop);

        await channel.Send("x"u8.ToArray());

        Assert.Equal("x"u8.ToArray(), await Streams.ReceiveAll(peer, 1));
        File.Delete(path);
    }

    private IConnector ConnectorOf(string kind)
    {
        if (kind == "sockets")
            return new SocketConnector(_watch);
        Assert.SkipUnless(EpollTransport.IsSupported, "Event loops need Linux on x64 or arm64.");
        return (_loops ??= new EpollTransport(_watch)).Connector;
    }

    private async Task<(ByteChannel Channel, Socket Peer, Observer Observer)> Connect(string kind)
    {
        var observer = new Observer();
        ByteChannel channel = await ConnectorOf(kind).Connect(Address, observer, Stop);
        return (channel, await _listener.AcceptAsync(Stop), observer);
    }

    private sealed class Observer : IChannelObserver
    {
        public long Bytes { get; private set; }

        public void Received(int count) => Bytes += count;

        public void Sent()
        {
        }
    }
}
