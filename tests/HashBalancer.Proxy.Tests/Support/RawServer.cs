using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HashBalancer.Proxy.Tests.Support;

/// <summary>A server that answers the first bytes of each connection with fixed bytes and closes: for answers no web server would give.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _serving;

    public RawServer(string answer)
    {
        _listener.Start();
        _serving = Serve(Encoding.ASCII.GetBytes(answer));
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task Serve(byte[] answer)
    {
        byte[] buffer = new byte[16 * 1024];
        while (true)
        {
            TcpClient client;
            try
            {
                client = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                return;
            }

            using (client)
            {
                NetworkStream stream = client.GetStream();
                _ = await stream.ReadAsync(buffer);
                await stream.WriteAsync(answer);
            }
        }
    }
}
