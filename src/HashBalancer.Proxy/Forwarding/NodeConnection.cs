using System.Buffers;
using System.Net;
using System.Net.Sockets;
using HashBalancer.Transport;
using Microsoft.AspNetCore.Http.Features;

namespace HashBalancer.Proxy;

/// <summary>Why a connection was given up while a request used it.</summary>
internal enum GivenUp
{
    No,
    TimedOut,
    Canceled,
}

/// <summary>A connection to a node: one request at a time, its buffers kept from request to request.</summary>
/// <remarks>Used by its request alone, but for <see cref="Check"/> and <see cref="Abort"/>, which any thread may call.</remarks>
internal sealed class NodeConnection(NodeConnections owner) : IChannelObserver, IDisposable
{
    private const int FirstBuffer = 16 * 1024;
    private const int FirstHead = 2 * 1024;

    /// <summary>Long bodies are received in pieces of this size: each costs a system call here and one towards the client.</summary>
    private const int LargeBuffer = 64 * 1024;

    private ByteChannel _channel = null!;
    private IHttpRequestLifetimeFeature? _client;
    private CancellationToken _cancellation;
    private long _timeout;
    private long _deadline;
    private int _givenUp;
    private int _disposed;
    private bool _receiving;
    private byte[]? _narrow;

    /// <summary>What was received and not yet used lies from <see cref="Start"/> to <see cref="End"/>.</summary>
    public byte[] Buffer { get; private set; } = new byte[FirstBuffer];

    public int Start { get; set; }

    public int End { get; private set; }

    public ReadOnlySpan<byte> Received => Buffer.AsSpan(Start, End - Start);

    /// <summary>The head of the request under way.</summary>
    public byte[] Head { get; set; } = new byte[FirstHead];

    /// <summary>The header fields of the response under way.</summary>
    public ResponseHead Response { get; } = new();

    /// <summary>Whether the response's head has gone to the client.</summary>
    public bool IsResponding { get; set; }

    public GivenUp GivenUp => (GivenUp)Volatile.Read(ref _givenUp);

    /// <summary>In the clock of <see cref="NodeConnections.Now"/>.</summary>
    public long OpenSince { get; } = owner.Now;

    /// <summary>Since when nothing uses it, in the clock of <see cref="NodeConnections.Now"/>.</summary>
    public long IdleSince { get; private set; }

    /// <summary>Whether the node closed, or sent what nobody asked for, while no request used the connection.</summary>
    public bool IsSpoiled => _channel.IsReceiveOver || Volatile.Read(ref _disposed) != 0;

    /// <summary>Whether the next response is being received already.</summary>
    public bool IsReceiving => _receiving;

    /// <summary>Connects; the connection is disposed of by the caller when that fails.</summary>
    public async ValueTask Open(IConnector connector, EndPoint to, CancellationToken cancellation) =>
        _channel = await connector.Connect(to, this, cancellation);

    /// <summary>Begins a request: from here on the connection is given up when nothing happens for too long or the client leaves.</summary>
    public void Begin(IHttpRequestLifetimeFeature? client, long timeoutMilliseconds, CancellationToken cancellation)
    {
        _timeout = timeoutMilliseconds;
        _cancellation = cancellation;
        Touch();
        Volatile.Write(ref _client, client);
    }

    /// <summary>Something happened: the time without activity begins anew.</summary>
    public void Touch() => Volatile.Write(ref _deadline, owner.Now + _timeout);

    /// <summary>Ends the request and keeps the connection for the next one.</summary>
    /// <returns>Whether it can be kept.</returns>
    public bool TryKeep()
    {
        Volatile.Write(ref _client, null);
        if (Start != End || GivenUp != GivenUp.No)
            return false;
        Start = End = 0;
        IdleSince = owner.Now;
        // The receive of the next response begins now: it costs no more than later, and tells when the node closes meanwhile.
        try
        {
            StartReceive();
        }
        catch (SocketException)
        {
            // Given up at the last moment.
            return false;
        }

        return !_channel.IsReceiveOver;
    }

    /// <summary>Receives more behind <see cref="End"/>; 0 when the node has closed.</summary>
    public ValueTask<int> Receive()
    {
        if (!_receiving)
            StartReceive();
        return _channel.WhenReceived();
    }

    /// <summary>Sends all of the memory.</summary>
    public ValueTask Send(ReadOnlyMemory<byte> memory) => _channel.Send(memory);

    /// <summary>Receives in larger pieces until <see cref="Narrow"/>; nothing must be under way.</summary>
    public void Widen()
    {
        if (_narrow is not null || Buffer.Length >= LargeBuffer)
            return;
        _narrow = Buffer;
        Move(ArrayPool<byte>.Shared.Rent(LargeBuffer));
    }

    /// <summary>Gives the memory back that <see cref="Widen"/> took, once nothing is under way. A connection that is disposed of keeps it: the
    /// system may be writing to it at that moment.</summary>
    public void Narrow()
    {
        if (_narrow is null || End - Start > _narrow.Length)
            return;
        byte[] wide = Buffer;
        Move(_narrow);
        _narrow = null;
        ArrayPool<byte>.Shared.Return(wide);
    }

    /// <summary>Gives up a request that takes too long or that nobody waits for.</summary>
    public void Check(long now)
    {
        if (Volatile.Read(ref _client) is not { } client)
            return;
        GivenUp why = client.RequestAborted.IsCancellationRequested || _cancellation.IsCancellationRequested ? GivenUp.Canceled
            : now > Volatile.Read(ref _deadline) ? GivenUp.TimedOut
            : GivenUp.No;
        // The request looked at may have ended meanwhile.
        if (why != GivenUp.No && ReferenceEquals(client, Volatile.Read(ref _client)))
            Abort(why);
    }

    public void Abort(GivenUp why)
    {
        if (Interlocked.CompareExchange(ref _givenUp, (int)why, (int)GivenUp.No) != (int)GivenUp.No)
            return;
        // A response that waits for its client must end, too.
        if (why == GivenUp.TimedOut && IsResponding)
            Volatile.Read(ref _client)?.Abort();
        Dispose();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        owner.Forget(this);
        _channel.Dispose();
    }

    void IChannelObserver.Received(int count)
    {
        _receiving = false;
        End += count;
        Touch();
    }

    void IChannelObserver.Sent() => Touch();

    private void StartReceive()
    {
        if (Start == End)
            Start = End = 0;
        else if (End == Buffer.Length)
            MakeRoom();
        _receiving = true;
        try
        {
            _channel.StartReceive(Buffer.AsMemory(End));
        }
        catch (SocketException)
        {
            _receiving = false;
            throw;
        }
    }

    private void MakeRoom() => Move(Start == 0 ? new byte[Buffer.Length * 2] : Buffer);

    /// <summary>Moves what was received and not used to the beginning of a buffer, which may be the same one.</summary>
    private void Move(byte[] to)
    {
        Received.CopyTo(to);
        Buffer = to;
        End -= Start;
        Start = 0;
    }
}
