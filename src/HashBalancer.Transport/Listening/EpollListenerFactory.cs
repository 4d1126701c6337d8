using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace HashBalancer.Transport;

/// <summary>Lets Kestrel listen on sockets that event loops serve. What is no address with a port, it leaves to the factory before it.</summary>
/// <param name="transport">The loops.</param>
/// <param name="pools">Makes the memory that Kestrel works with.</param>
/// <param name="time">The clock of the pause after a shortage.</param>
/// <param name="logger">Told of shortages.</param>
/// <param name="sockets">Opens the sockets, by <see cref="SocketTransportOptions.CreateBoundListenSocket"/>, as for Kestrel's own transport.</param>
public sealed class EpollListenerFactory(
    EpollTransport transport, IMemoryPoolFactory<byte> pools, TimeProvider time, ILogger<EpollListenerFactory> logger, IOptions<SocketTransportOptions> sockets)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    /// <inheritdoc/>
    /// <exception cref="AddressInUseException">Somebody else listens there.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        const int Backlog = 512;
        Socket socket;
        try
        {
            socket = sockets.Value.CreateBoundListenSocket(endpoint);
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(error.Message, error);
        }

        try
        {
            socket.Blocking = false;
            // Accepted sockets inherit it.
            socket.NoDelay = true;
            socket.Listen(Backlog);
            return ValueTask.FromResult<IConnectionListener>(new EpollListener(socket, transport, pools.Create(), time, logger));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
