using System.Net;
using System.Net.Sockets;
using HashBalancer.Transport.Tests.Support;

namespace HashBalancer.Transport.Tests.Epoll;

public sealed class EpollConnectorTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connect_OnALoopsThread_StaysWithThatLoopAndNotWithAnothersTransport()
    {
        Assert.SkipUnless(EpollTransport.IsSupported, "Event loops need Linux on x64 or arm64.");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        EndPoint address = listener.LocalEndPoint!;
        using var one = new EpollTransport(new IoWatch(TimeProvider.System), loops: 2);
        using var other = new EpollTransport(new IoWatch(TimeProvider.System), loops: 2);

        // On a thread of the pool: what waits here goes on where it became ready, on the loop's thread.
        await Task.Run(
            async () =>
            {
                using ByteChannel first = await one.Connector.Connect(address, Unheard.Instance, Stop);
                using Socket peer = await listener.AcceptAsync(Stop);
                first.StartReceive(new byte[1]);
                Task onItsLoop = ConnectMore(first);
                await peer.SendAsync(new byte[1], Stop);
                await onItsLoop;
            },
            Stop);

        async Task ConnectMore(ByteChannel first)
        {
            Assert.Equal(1, await first.WhenReceived());
            EpollLoop? here = EpollLoop.Current;
            Assert.NotNull(here);
            Assert.Same(here, one.LoopForConnect());
            Assert.NotSame(here, other.LoopForConnect());
            using ByteChannel second = await other.Connector.Connect(address, Unheard.Instance, Stop);
            Assert.Equal(1, one.Count);
            Assert.Equal(1, other.Count);
        }
    }
}
