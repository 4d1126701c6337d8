using System.Net.Sockets;
using HashBalancer.Fuzzing.Parties;

namespace HashBalancer.Fuzzing.Runs;

/// <summary>One client of a run: its connections, and its patience.</summary>
/// <remarks>One exchange at a time, but over HTTP/2.</remarks>
internal sealed class Worker(int port, int http2Port) : IDisposable
{
    private CancellationTokenSource _patience = new();
    private HttpClient? _http2;
    private long _opened;

    /// <summary>Where damaged requests go, or whatever is asked of a damaged node.</summary>
    public ClientConnection? Damaged { get; set; }

    /// <summary>Where nothing but sound requests go.</summary>
    public ClientConnection? Sound { get; set; }

    /// <summary>A client of one connection by HTTP/2, opened anew whenever that ends.</summary>
    public HttpClient Http2 => _http2 ??= new HttpClient(
        new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, ConnectCallback = (_, cancellation) => ConnectByHttp2(cancellation) })
    {
        BaseAddress = new UriBuilder("http", "127.0.0.1", http2Port).Uri,
        DefaultRequestVersion = System.Net.HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Connections opened.</summary>
    public long Opened => Interlocked.Read(ref _opened);

    public async ValueTask<ClientConnection> Connect()
    {
        var connection = new ClientConnection();
        try
        {
            await connection.Open(port, Patience(FuzzSettings.HangLimit));
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        Interlocked.Increment(ref _opened);
        return connection;
    }

    /// <summary>A token that ends after so long; the one before ends to count.</summary>
    public CancellationToken Patience(TimeSpan limit)
    {
        if (!_patience.TryReset())
        {
            _patience.Dispose();
            _patience = new CancellationTokenSource();
        }

        _patience.CancelAfter(limit);
        return _patience.Token;
    }

    public void Dispose()
    {
        Damaged?.Dispose();
        Sound?.Dispose();
        _http2?.Dispose();
        _patience.Dispose();
    }

    private async ValueTask<Stream> ConnectByHttp2(CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(System.Net.IPAddress.Loopback, http2Port, cancellation);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        Interlocked.Increment(ref _opened);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
