using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HashBalancer.LoadTests.Tests.Support;

/// <summary>A TCP server whose every connection is served by the test's own function.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _connections;

    /// <param name="serve">Given a connection's stream and its number from 1; the connection closes when it returns.</param>
    public ScriptedServer(Func<Stream, int, CancellationToken, Task> serve)
    {
        _listener.Start();
        _accepting = Accept(serve);
    }

    public int Connections => Volatile.Read(ref _connections);

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    public Uri Url => new($"http://{EndPoint}");

    /// <summary>Reads up to the end of a request's head and gives it; empty when the client closed.</summary>
    public static async Task<string> ReadHead(Stream stream, CancellationToken cancellation)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, cancellation) == 0)
                return "";
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    public static ValueTask Write(Stream stream, string text, CancellationToken cancellation) =>
        stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancellation);

    /// <summary>Answers every request of a connection with the same bytes.</summary>
    public static async Task Repeat(Stream stream, string answer, CancellationToken cancellation)
    {
        while ((await ReadHead(stream, cancellation)).Length > 0)
            await Write(stream, answer, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task Accept(Func<Stream, int, CancellationToken, Task> serve)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                serving.Add(Serve(client, serve, Interlocked.Increment(ref _connections)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task Serve(TcpClient client, Func<Stream, int, CancellationToken, Task> serve, int number)
    {
        using (client)
        {
            try
            {
                await serve(client.GetStream(), number, _stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                // The test is over, or its client closed first.
            }
        }
    }
}
