using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy;

/// <summary>The .NET clients of nodes that listen on Unix sockets, one for each socket: connections are kept by host and port, which these lack.</summary>
/// <remarks>Thread-safe. Kept as long as the application runs: sockets are few, and an idle client holds nothing open.</remarks>
internal sealed class UnixClients : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, HttpMessageInvoker> _clients = new(StringComparer.Ordinal);

    /// <summary>The client of an address, and the address to ask it for; those given when it is none of a Unix socket.</summary>
    public (HttpMessageInvoker Client, string Address) Of(string address, HttpMessageInvoker otherwise) =>
        UnixAddress.TryRead(address, out UnixAddress? unix) ? (_clients.GetOrAdd(unix.Path, Make), unix.Url) : (otherwise, address);

    public void Dispose()
    {
        foreach (HttpMessageInvoker client in _clients.Values)
            client.Dispose();
    }

    /// <summary>As YARP makes its own.</summary>
    private static HttpMessageInvoker Make(string path) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        EnableMultipleHttp2Connections = true,
        ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
        ConnectTimeout = ConnectTimeout,
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    });
}
