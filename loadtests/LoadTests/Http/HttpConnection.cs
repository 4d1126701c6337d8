using System.Net;
using System.Net.Sockets;
using HashBalancer.Transport;

namespace HashBalancer.LoadTests.Http;

/// <summary>One HTTP/1.1 connection, for one exchange at a time: no pipelining, no transparent retry, nothing allocated for each request.</summary>
internal sealed class HttpConnection : IDisposable
{
    private const int ReceiveSize = 64 * 1024;

    // Values of _deadline outside an exchange: nothing to end, and ended already.
    private const long Idle = long.MaxValue;
    private const long Ended = long.MinValue;

    // One of the two: in plain text, whose next receive is always under way, and over TLS.
    private readonly ByteChannel? _channel;
    private readonly TlsClient? _tls;

    private readonly byte[] _receive = new byte[ReceiveSize];
    private byte[] _send = new byte[1024];
    private long _deadline = Idle;

    private HttpConnection(ByteChannel channel)
    {
        _channel = channel;
        channel.StartReceive(_receive);
    }

    private HttpConnection(TlsClient tls) => _tls = tls;

    /// <summary>The last response's body.</summary>
    public BodyReader Body { get; } = new();

    /// <summary>When the last exchange ended, in nanoseconds of the run's clock.</summary>
    public long IdleSince { get; set; }

    /// <summary>The last exchange was ended by <see cref="EndIfOverdue"/>.</summary>
    public bool TimedOut => Volatile.Read(ref _deadline) == Ended;

    /// <param name="endpoint">The server.</param>
    /// <param name="secure">Over TLS.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SocketException">The address refused.</exception>
    /// <exception cref="IOException">The server broke off the handshake.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The handshake failed.</exception>
    public static async Task<HttpConnection> Connect(EndPoint endpoint, bool secure, CancellationToken cancellation) => secure
        ? new HttpConnection(await TlsClient.Connect(endpoint, cancellation))
        : new HttpConnection(await ClientSockets.Connector.Connect(endpoint, ClientSockets.Unobserved.Instance, cancellation));

    /// <summary>Room for a request of at least so many bytes.</summary>
    public Span<byte> RequestBuffer(int size)
    {
        if (_send.Length < size)
            _send = new byte[size];
        return _send;
    }

    /// <summary>Sends the first bytes of the request buffer and reads the whole response.</summary>
    /// <param name="length">The request's length.</param>
    /// <param name="isHead">The method is HEAD.</param>
    /// <param name="deadline">When <see cref="EndIfOverdue"/> may end the exchange, in nanoseconds of the run's clock.</param>
    /// <exception cref="SocketException">The connection broke.</exception>
    /// <exception cref="EndOfStreamException">The server closed before the response was complete.</exception>
    /// <exception cref="MalformedResponseException">The response is none.</exception>
    /// <exception cref="ObjectDisposedException">The exchange was overdue.</exception>
    public async ValueTask<ResponseHead> Exchange(int length, bool isHead, long deadline)
    {
        Volatile.Write(ref _deadline, deadline);
        if (_channel is not null)
            await _channel.Send(_send.AsMemory(0, length));
        else
            await _tls!.Stream.WriteAsync(_send.AsMemory(0, length));

        ResponseHead head = default;
        bool inBody = false, isAtEnd;
        int filled = 0;
        while (true)
        {
            int read = _channel is not null ? await _channel.WhenReceived() : await _tls!.Stream.ReadAsync(_receive.AsMemory(filled));
            isAtEnd = read == 0;
            if (isAtEnd)
            {
                if (!inBody || !Body.EndOfStream())
                    throw new EndOfStreamException();
                break;
            }

            filled += read;
            if (Take(isHead, ref head, ref inBody, ref filled))
                break;
            if (filled == ReceiveSize)
                throw new MalformedResponseException($"a head of more than {ReceiveSize} bytes");
            _channel?.StartReceive(_receive.AsMemory(filled));
        }

        // Whoever changes the deadline first decides: an answer that came complete at the last moment, or the timeout.
        ObjectDisposedException.ThrowIf(Interlocked.CompareExchange(ref _deadline, Idle, deadline) != deadline, this);
        if (!isAtEnd)
            _channel?.StartReceive(_receive);
        return head;
    }

    /// <summary>Closes the connection under an exchange whose deadline has passed. Called from another thread than the exchange's.</summary>
    public void EndIfOverdue(long now)
    {
        long deadline = Volatile.Read(ref _deadline);
        if (deadline != Ended && now > deadline && Interlocked.CompareExchange(ref _deadline, Ended, deadline) == deadline)
        {
            _channel?.Dispose();
            _tls?.Break();
        }
    }

    /// <summary>The server closed, or sent something unasked: no request may be sent here.</summary>
    public bool IsStale() => _channel?.IsReceiveOver ?? _tls!.IsClosed;

    public void Dispose()
    {
        _channel?.Dispose();
        _tls?.Dispose();
    }

    // Interim responses (1xx) are read over; true at the end of the final one.
    private bool Take(bool isHead, ref ResponseHead head, ref bool inBody, ref int filled)
    {
        ReadOnlySpan<byte> bytes = _receive.AsSpan(0, filled);
        while (!inBody)
        {
            if (!ResponseHead.TryRead(bytes, isHead, out head, out int consumed))
            {
                bytes.CopyTo(_receive);
                filled = bytes.Length;
                return false;
            }

            bytes = bytes[consumed..];
            inBody = head.Status >= 200;
            if (inBody)
                Body.Begin(head);
        }

        filled = 0;
        return Body.Feed(bytes);
    }
}
