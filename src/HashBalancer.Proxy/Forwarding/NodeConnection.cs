using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
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
internal sealed class NodeConnection : IDisposable
{
    private const int FirstBuffer = 16 * 1024;
    private const int FirstHead = 2 * 1024;

    /// <summary>Long bodies are received in pieces of this size: each costs a system call here and one towards the client.</summary>
    private const int LargeBuffer = 64 * 1024;

    private readonly Socket _socket;
    private readonly Reception _receive;
    private readonly Sending _send;
    private readonly NodeConnections _owner;
    private IHttpRequestLifetimeFeature? _client;
    private CancellationToken _cancellation;
    private long _timeout;
    private long _deadline;
    private int _givenUp;
    private int _disposed;
    private bool _receiving;
    private byte[]? _narrow;

    public NodeConnection(Socket socket, NodeConnections owner)
    {
        _socket = socket;
        _owner = owner;
        OpenSince = owner.Now;
        _receive = new Reception(this);
        _send = new Sending(this);
    }

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
    public long OpenSince { get; }

    /// <summary>Since when nothing uses it, in the clock of <see cref="NodeConnections.Now"/>.</summary>
    public long IdleSince { get; private set; }

    /// <summary>Whether the node closed, or sent what nobody asked for, while no request used the connection.</summary>
    public bool IsSpoiled => _receive.IsCompleted || Volatile.Read(ref _disposed) != 0;

    /// <summary>Whether the next response is being received already.</summary>
    public bool IsReceiving => _receiving;

    /// <summary>Begins a request: from here on the connection is given up when nothing happens for too long or the client leaves.</summary>
    public void Begin(IHttpRequestLifetimeFeature? client, long timeoutMilliseconds, CancellationToken cancellation)
    {
        _timeout = timeoutMilliseconds;
        _cancellation = cancellation;
        Touch();
        Volatile.Write(ref _client, client);
    }

    /// <summary>Something happened: the time without activity begins anew.</summary>
    public void Touch() => Volatile.Write(ref _deadline, _owner.Now + _timeout);

    /// <summary>Ends the request and keeps the connection for the next one.</summary>
    /// <returns>Whether it can be kept.</returns>
    public bool TryKeep()
    {
        Volatile.Write(ref _client, null);
        if (Start != End || GivenUp != GivenUp.No)
            return false;
        Start = End = 0;
        IdleSince = _owner.Now;
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

        return !_receive.IsCompleted;
    }

    /// <summary>Receives more behind <see cref="End"/>; 0 when the node has closed.</summary>
    public ValueTask<int> Receive()
    {
        if (!_receiving)
            StartReceive();
        return _receive.Last;
    }

    /// <summary>Sends all of the memory.</summary>
    public ValueTask Send(ReadOnlyMemory<byte> memory)
    {
        ValueTask<int> sending = StartSend(memory);
        // Nearly always the system takes all of it at once.
        if (!sending.IsCompletedSuccessfully)
            return SendRest(memory, sending);
        int sent = sending.Result;
        return sent == memory.Length ? default : SendRest(memory[sent..], StartSend(memory[sent..]));
    }

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
        _owner.Forget(this);
        _socket.Dispose();
    }

    private ValueTask<int> StartSend(ReadOnlyMemory<byte> memory)
    {
        _send.SetBuffer(MemoryMarshal.AsMemory(memory));
        return _send.Send(_socket);
    }

    private async ValueTask SendRest(ReadOnlyMemory<byte> memory, ValueTask<int> sending)
    {
        while (true)
        {
            memory = memory[await sending..];
            if (memory.IsEmpty)
                return;
            sending = StartSend(memory);
        }
    }

    private void StartReceive()
    {
        if (Start == End)
            Start = End = 0;
        else if (End == Buffer.Length)
            MakeRoom();
        _receiving = true;
        _receive.SetBuffer(Buffer, End, Buffer.Length - End);
        try
        {
            _receive.StartReceive(_socket);
        }
        catch (ObjectDisposedException)
        {
            _receiving = false;
            throw new SocketException((int)SocketError.OperationAborted);
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

    private sealed class Reception(NodeConnection connection) : SocketOperation
    {
        protected override void Transferred(int count)
        {
            connection._receiving = false;
            connection.End += count;
            connection.Touch();
        }

        protected override void OnCompleted(SocketAsyncEventArgs e)
        {
            long begun = connection._owner.Watch.Begin();
            base.OnCompleted(e);
            connection._owner.Watch.End(begun);
        }
    }

    private sealed class Sending(NodeConnection connection) : SocketOperation
    {
        protected override void Transferred(int count) => connection.Touch();
    }
}
