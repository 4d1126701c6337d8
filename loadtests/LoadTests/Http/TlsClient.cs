using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace HashBalancer.LoadTests.Http;

/// <summary>One connection over TLS that offers HTTP/1.1. Any certificate will do, because servers under test sign their own.</summary>
internal sealed class TlsClient : IDisposable
{
    private readonly Socket _socket;

    private TlsClient(Socket socket, SslStream stream)
    {
        _socket = socket;
        Stream = stream;
    }

    public SslStream Stream { get; }

    /// <summary>The server closed. Unread bytes may be session tickets, which are nobody's answer.</summary>
    public bool IsClosed => _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;

    /// <exception cref="SocketException">The address refused.</exception>
    /// <exception cref="IOException">The server broke off the handshake.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">The handshake failed.</exception>
    public static async Task<TlsClient> Connect(EndPoint endpoint, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endpoint, cancellation);
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: false));
#pragma warning disable CA5359 // Servers under test sign their own certificates, and nothing secret is sent.
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = endpoint is DnsEndPoint name ? name.Host : "localhost",
                ApplicationProtocols = [SslApplicationProtocol.Http11],
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            };
#pragma warning restore CA5359
            await stream.AuthenticateAsClientAsync(options, cancellation);
            return new TlsClient(socket, stream);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Ends what is under way with an error; for any thread.</summary>
    public void Break() => _socket.Dispose();

    public void Dispose()
    {
        _socket.Dispose();
        Stream.Dispose();
    }
}
