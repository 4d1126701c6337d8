using System.Net.Sockets;

namespace HashBalancer.Consul;

/// <summary>Makes the connections: TCP with keep-alive probes, or Unix sockets.</summary>
internal static class ConnectionFactory
{
    // A blocking query is silent for minutes: without probes a vanished agent goes unnoticed for as long.
    private const int KeepAliveIdleSeconds = 10;
    private const int KeepAliveIntervalSeconds = 5;
    private const int KeepAliveProbes = 3;
    private const string SocketHostPrefix = "unix-socket-";

    public static string SocketHost(int position) => $"{SocketHostPrefix}{position}";

    public static SocketsHttpHandler CreateHandler(ConsulClientOptions options, ConsulAddress[] addresses) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = options.ConnectTimeout,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        SslOptions = new TlsFiles(options.Tls).ClientOptions(),
        ConnectCallback = (context, cancellation) => ConnectAsync(context, addresses, cancellation),
    };

    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, ConsulAddress[] addresses, CancellationToken cancellation)
    {
        string host = context.DnsEndPoint.Host;
        string? path = host.StartsWith(SocketHostPrefix, StringComparison.Ordinal)
            ? addresses[int.Parse(host.AsSpan(SocketHostPrefix.Length))].SocketPath
            : null;
        Socket socket = path is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (path is not null)
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            }
            else
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveIdleSeconds);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
