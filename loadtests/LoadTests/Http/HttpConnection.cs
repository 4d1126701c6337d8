using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace HashBalancer.LoadTests.Http;

/// <summary>One HTTP/1.1 connection, for one exchange at a time: no pipelining, no transparent retry, nothing allocated for each request.</summary>
internal sealed class HttpConnection : IDisposable
{
    private const int ReceiveSize = 64 * 1024;

    // Values of _deadline outside an exchange: nothing to end, and ended already.
    private const long Idle = long.MaxValue;
    private const long Ended = long.MinValue;

    private readonly Socket _socket;
    private readonly byte[] _receive = new byte[ReceiveSize];
    private byte[] _send = new byte[1024];
    private long _deadline = Idle;

    private HttpConnection(Socket socket) => _socket = socket;

    // Null for a connection in plain text.
    private SslStream? _tls;

    /// <summary>The last response's body.</summary>
    public BodyReader Body { get; } = new();

    /// <summary>When the last exchange ended, in nanoseconds of the run's clock.</summary>
    public long IdleSince { get; set; }

    /// <summary>The last exchange was ended by <see cref="EndIfOverdue"/>.</summary>
    public bool TimedOut => Volatile.Read(ref _deadline) == Ended;

    /// <param name="endpoint">The server.</param>
    /// <param name="secure">Over TLS, offering HTTP/1.1; any certificate will do, because servers under test sign their own.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SocketException">The address refused.</exception>
    /// <exception cref="IOException">The server broke off the handshake.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The handshake failed.</exception>
    public static async Task<HttpConnection> Connect(EndPoint endpoint, bool secure, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancellation);
            var connection = new HttpConnection(socket);
            if (secure)
                connection._tls = await Handshake(socket, endpoint, cancellation);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

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
        if (_tls is not null)
            await _tls.WriteAsync(_send.AsMemory(0, length));
        for (int sent = _tls is null ? 0 : length; sent < length;)
            sent += await _socket.SendAsync(_send.AsMemory(sent, length - sent), SocketFlags.None);

        ResponseHead head = default;
        bool inBody = false;
        int filled = 0;
        while (true)
        {
            if (filled == ReceiveSize)
                throw new MalformedResponseException($"a head of more than {ReceiveSize} bytes");
            int read = _tls is null
                ? await _socket.ReceiveAsync(_receive.AsMemory(filled), SocketFlags.None)
                : await _tls.ReadAsync(_receive.AsMemory(filled));
            if (read == 0)
            {
                if (!inBody || !Body.EndOfStream())
                    throw new EndOfStreamException();
                break;
            }

            filled += read;
            if (Take(isHead, ref head, ref inBody, ref filled))
                break;
        }

        // Whoever changes the deadline first decides: an answer that came complete at the last moment, or the timeout.
        ObjectDisposedException.ThrowIf(Interlocked.CompareExchange(ref _deadline, Idle, deadline) != deadline, this);
        return head;
    }

    /// <summary>Closes the socket under an exchange whose deadline has passed. Called from another thread than the exchange's.</summary>
    public void EndIfOverdue(long now)
    {
        long deadline = Volatile.Read(ref _deadline);
        if (deadline != Ended && now > deadline && Interlocked.CompareExchange(ref _deadline, Ended, deadline) == deadline)
            _socket.Dispose();
    }

    /// <summary>The server closed, or sent something unasked: no request may be sent here.</summary>
    /// <remarks>Over TLS unread bytes may be session tickets, which are nobody's answer.</remarks>
    public bool IsStale() => _socket.Poll(0, SelectMode.SelectRead) && (_tls is null || _socket.Available == 0);

    public void Dispose()
    {
        _socket.Dispose();
        _tls?.Dispose();
    }

    private static async Task<SslStream> Handshake(Socket socket, EndPoint endpoint, CancellationToken cancellation)
    {
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
#pragma warning disable CA5359 // Servers under test sign their own certificates, and nothing secret is sent.
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = endpoint is DnsEndPoint name ? name.Host : "localhost",
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        };
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(options, cancellation);
        return tls;
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
