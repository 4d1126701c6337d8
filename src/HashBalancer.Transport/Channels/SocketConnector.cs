using System.Net;
using System.Net.Sockets;

namespace HashBalancer.Transport;

/// <summary>Connects by .NET's own sockets.</summary>
/// <param name="watch">Told how long threads are kept.</param>
public sealed class SocketConnector(IoWatch watch) : IConnector
{
    /// <inheritdoc/>
    public async ValueTask<ByteChannel> Connect(EndPoint to, IChannelObserver observer, CancellationToken cancellation)
    {
        Socket socket = to switch
        {
            IPEndPoint => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp),
            UnixDomainSocketEndPoint => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            _ => new Socket(SocketType.Stream, ProtocolType.Tcp),
        };
        try
        {
            if (to is not UnixDomainSocketEndPoint)
                socket.NoDelay = true;
            await socket.ConnectAsync(to, cancellation);
            return new SocketChannel(socket, observer, watch);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
