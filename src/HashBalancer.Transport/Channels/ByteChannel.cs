using System.Net;
using System.Net.Sockets;

namespace HashBalancer.Transport;

/// <summary>A connected stream of bytes both ways, for one receive and one send at a time; nothing is allocated for either.</summary>
/// <remarks><see cref="Dispose"/> may be called by any thread at any time, and ends what is under way with an error.</remarks>
public abstract class ByteChannel : IDisposable
{
    /// <summary>Whether the receive started last has ended; false before the first.</summary>
    public abstract bool IsReceiveOver { get; }

    /// <summary>Starts to receive at least a byte; <see cref="WhenReceived"/> tells the end. No receive must be under way.</summary>
    /// <param name="buffer">Left alone by everybody else until then; not empty.</param>
    public abstract void StartReceive(Memory<byte> buffer);

    /// <summary>The end of the receive started last; to be awaited once. It goes on where the socket became ready.</summary>
    /// <returns>How many bytes came; 0: the peer has closed its side.</returns>
    /// <exception cref="SocketException">The connection broke, or was disposed of.</exception>
    public abstract ValueTask<int> WhenReceived();

    /// <summary>Sends all of the memory.</summary>
    /// <exception cref="SocketException">The connection broke, or was disposed of.</exception>
    public abstract ValueTask Send(ReadOnlyMemory<byte> memory);

    /// <summary>Closes the connection.</summary>
    public abstract void Dispose();
}

/// <summary>Told of a channel's progress, before whoever awaits it goes on.</summary>
public interface IChannelObserver
{
    /// <summary>A receive ended.</summary>
    /// <param name="count">The bytes that came; 0: the peer has closed its side.</param>
    void Received(int count);

    /// <summary>The system took bytes to send.</summary>
    void Sent();
}

/// <summary>Opens channels.</summary>
public interface IConnector
{
    /// <summary>Connects; a name's addresses are tried one after another.</summary>
    /// <param name="to">An address with a port, a name with a port, or a Unix socket's path.</param>
    /// <param name="observer">Makes what the channel tells its progress to.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SocketException">No connection; the error of the last address.</exception>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    ValueTask<ByteChannel> Connect(EndPoint to, IChannelObserver observer, CancellationToken cancellation);
}
