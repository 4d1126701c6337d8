using System.Net;
using System.Net.Sockets;
using System.Text;

namespace HashBalancer.Registry.Tests;

/// <summary>A little HTTP server for checks to look at: status, body and delay as last set, or nothing listening at all.</summary>
internal sealed class HealthFixture : IAsyncDisposable
{
    private readonly List<string> _requests = [];
    private TcpListener? _listener;
    private CancellationTokenSource _closing = new();

    public HealthFixture()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Port = ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public int Port { get; }

    public int Status { get; set; } = 200;

    public string Body { get; set; } = "ok";

    public TimeSpan Delay { get; set; }

    /// <summary>The requests seen so far, as they came.</summary>
    public IReadOnlyList<string> Requests
    {
        get { lock (_requests) return [.. _requests]; }
    }

    public void Open()
    {
        if (_listener is not null)
            return;
        _closing = new CancellationTokenSource();
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _ = AcceptAsync(_listener, _closing.Token);
    }

    public async Task CloseAsync()
    {
        await _closing.CancelAsync();
        _listener?.Dispose();
        _listener = null;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _closing.Dispose();
    }

    private async Task AcceptAsync(TcpListener listener, CancellationToken closing)
    {
        try
        {
            while (true)
                _ = AnswerAsync(await listener.AcceptTcpClientAsync(closing), closing);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task AnswerAsync(TcpClient client, CancellationToken closing)
    {
        using TcpClient owned = client;
        try
        {
            NetworkStream stream = client.GetStream();
            byte[] buffer = new byte[16 * 1024];
            int read = await stream.ReadAsync(buffer, closing);
            if (read == 0)
                return;
            lock (_requests)
                _requests.Add(Encoding.UTF8.GetString(buffer, 0, read));
            (int status, string body) = (Status, Body);
            await Task.Delay(Delay, TimeProvider.System, closing);
            string location = status is 301 or 302 ? "Location: /other\r\n" : "";
            string head = $"HTTP/1.1 {status} {ReasonOf(status)}\r\n{location}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.UTF8.GetBytes(head + body), closing);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The check gave up, or the fixture closes.
        }
    }

    private static string ReasonOf(int status) => status switch
    {
        200 => "OK",
        204 => "No Content",
        302 => "Found",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Status",
    };
}
