using System.Net;
using System.Net.Sockets;

namespace HashBalancer.Transport;

/// <summary>Connects by sockets that the loops watch.</summary>
internal sealed class EpollConnector(EpollTransport transport) : IConnector
{
    public async ValueTask<ByteChannel> Connect(EndPoint to, IChannelObserver observer, CancellationToken cancellation)
    {
        if (to is not DnsEndPoint name)
            return await ConnectTo(to, observer, cancellation);
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(name.Host, name.AddressFamily, cancellation);
        SocketException? last = null;
        foreach (IPAddress address in addresses)
        {
            try
            {
                return await ConnectTo(new IPEndPoint(address, name.Port), observer, cancellation);
            }
            catch (SocketException error)
            {
                last = error;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    private async ValueTask<ByteChannel> ConnectTo(EndPoint to, IChannelObserver observer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        SocketAddress address = to.Serialize();
        // The system's own number of the family stands at the address's beginning.
        int descriptor = Native.OpenStream(BitConverter.ToUInt16(address.Buffer.Span));
        if (descriptor < 0)
            throw Errno.ExceptionOf(descriptor);
        if (to is IPEndPoint)
            Native.SendAtOnce(descriptor);
        var channel = new EpollChannel(descriptor, transport.LoopForConnect(), observer);
        try
        {
            await using (cancellation.UnsafeRegister(static opened => ((EpollChannel)opened!).Dispose(), channel))
                await channel.Connect(address);
            cancellation.ThrowIfCancellationRequested();
            return channel;
        }
        catch (SocketException) when (cancellation.IsCancellationRequested)
        {
            channel.Dispose();
            throw new OperationCanceledException(cancellation);
        }
        catch
        {
            channel.Dispose();
            throw;
        }
    }
}
