using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HashBalancer.Functional.Security;

/// <summary>A connection on which a test writes what no client library would.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public static async Task<RawConnection> Open(Uri to, string from = "127.0.0.1")
    {
        var connection = new RawConnection();
        try
        {
            connection._socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await connection._socket.ConnectAsync(IPAddress.Loopback, to.Port, TestContext.Current.CancellationToken);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public Task Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    public async Task Send(byte[] bytes)
    {
        for (int sent = 0; sent < bytes.Length;)
            sent += await _socket.SendAsync(bytes.AsMemory(sent), TestContext.Current.CancellationToken);
    }

    /// <summary>What comes next, as much as there is of it.</summary>
    public async Task<string> Next()
    {
        byte[] buffer = new byte[4096];
        return Encoding.Latin1.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken));
    }

    /// <summary>Everything until the other side closes or breaks the connection off.</summary>
    public async Task<string> ToEnd()
    {
        var all = new StringBuilder();
        byte[] buffer = new byte[16 * 1024];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            while (await _socket.ReceiveAsync(buffer, limit.Token) is > 0 and int count)
                all.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        catch (SocketException)
        {
            // Broken off: what came before is the answer.
        }

        return all.ToString();
    }

    public void Dispose() => _socket.Dispose();
}
