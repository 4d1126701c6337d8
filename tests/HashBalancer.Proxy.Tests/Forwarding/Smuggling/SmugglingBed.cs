using System.Net.Sockets;
using System.Text;
using HashBalancer.Proxy.Tests.Support;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Proxy.Tests.Forwarding.Smuggling;

/// <summary>A proxy before one node, for all shapes one after another: what one leaves on connections the next would show.</summary>
public sealed class SmugglingBed : IAsyncLifetime
{
    private ProxyHost? _proxy;

    internal ScriptedNode Node { get; } = new();

    internal int Port => _proxy!.Port;

    internal int Http2Port => _proxy!.Http2Port;

    public async ValueTask InitializeAsync()
    {
        // As the gateway's executable does.
        AppContext.SetSwitch("Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators", isEnabled: true);
        _proxy = await ProxyHost.Start(new() { ["items"] = ["path"] }, activityTimeout: TimeSpan.FromSeconds(4), configure: services => services
            .AddSingleton(new ForwardingSettings { Mode = ForwardingMode.Auto })
            .Configure<KestrelServerOptions>(kestrel => kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(2)));
        _proxy.ReplacePolicies(new() { ["items"] = ProxyHost.Policy("path") with { Outliers = new OutlierPolicy { Enabled = false } } });
        _proxy.Publish(PoolViews.Of("items", _proxy.Node("items", "a", Node.Port)));
    }

    public async ValueTask DisposeAsync()
    {
        if (_proxy is not null)
            await _proxy.DisposeAsync();
        await Node.DisposeAsync();
    }

    /// <summary>Has the node answer every request with <c>ok</c>, and forget those before.</summary>
    internal void AnswerSoundly()
    {
        Node.Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray();
        Node.Requests.Clear();
    }

    /// <summary>Sends bytes; after the first answer another request, which asks for the connection's end; and reads until that.</summary>
    internal async Task<string> Exchange(string bytes, string last)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", Port, limit.Token);
        var answer = new StringBuilder();
        try
        {
            await socket.SendAsync(Encoding.Latin1.GetBytes(bytes), limit.Token);
            byte[] buffer = new byte[64 * 1024];
            bool isLastSent = false;
            while (await socket.ReceiveAsync(buffer, limit.Token) is > 0 and int count)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, count));
                if (!isLastSent)
                    await socket.SendAsync(Encoding.Latin1.GetBytes(last), limit.Token);
                isLastSent = true;
            }
        }
        catch (SocketException)
        {
            answer.Append("<reset>");
        }

        return answer.ToString();
    }
}
