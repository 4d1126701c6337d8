using System.Net.Sockets;
using System.Text;

namespace HashBalancer.Proxy.Tests.Forwarding;

/// <summary>A client's connection that a test sends to and reads from as it likes.</summary>
internal sealed class RawSession : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(30));
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly StringBuilder _received = new();

    private RawSession()
    {
    }

    public static async Task<RawSession> Connect(int port)
    {
        var session = new RawSession();
        await session._socket.ConnectAsync("127.0.0.1", port, session._limit.Token);
        return session;
    }

    public async Task Send(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        for (int at = 0; at < bytes.Length;)
            at += await _socket.SendAsync(bytes.AsMemory(at), _limit.Token);
    }

    /// <summary>What comes up to and with this text; what follows is left for the next read.</summary>
    public async Task<string> ReadUntil(string end)
    {
        int at;
        while ((at = _received.ToString().IndexOf(end, StringComparison.Ordinal)) < 0)
            Assert.True(await Receive(), $"closed after: {_received}");
        return Take(at + end.Length);
    }

    public async Task<string> Read(int count)
    {
        while (_received.Length < count)
            Assert.True(await Receive(), $"closed after {_received.Length} of {count}");
        return Take(count);
    }

    /// <summary>What comes until the connection ends, in whatever way.</summary>
    public async Task<string> ReadToEnd()
    {
        try
        {
            while (await Receive())
            {
                // Goes on.
            }
        }
        catch (SocketException)
        {
            // A reset is an end, too.
        }

        return Take(_received.Length);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _limit.Dispose();
    }

    private async Task<bool> Receive()
    {
        int count = await _socket.ReceiveAsync(_buffer, _limit.Token);
        _received.Append(Encoding.Latin1.GetString(_buffer, 0, count));
        return count > 0;
    }

    private string Take(int count)
    {
        string taken = _received.ToString(0, count);
        _received.Remove(0, count);
        return taken;
    }
}
