using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HashBalancer.LoadTests.Nodes;

/// <summary>
/// A node of a run's own fleet: a web service with a cache and so many workers that registers itself, as a team's service would.
/// Every path answers with JSON; <c>/ws/…</c> echoes over a WebSocket, <c>/events/…</c> sends server-sent events.
/// </summary>
internal sealed class NodeService : IDisposable
{
    private const string KeyHeader = "X-User-Id";

    private readonly NodeOptions _options;
    private readonly TimeProvider _time;
    private readonly KeyCache<string> _cache;
    private readonly Lock _caching = new();
    private readonly SemaphoreSlim? _slots;

    public NodeService(NodeOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _cache = new KeyCache<string>(options.Work.Cache);
        _slots = options.Work.Slots > 0 ? new SemaphoreSlim(options.Work.Slots) : null;
    }

    public WebApplication Build()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _options.Port));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.AddHashBalancerAgent(agent =>
        {
            agent.Consul.Address = _options.Registry;
            agent.Service = _options.Service;
            agent.Id = _options.Id;
            agent.Check.Ttl = _options.Ttl;
            agent.Port = _options.AdvertisedPort > 0 ? _options.AdvertisedPort : null;
            agent.Load.ConcurrencyLimit = _options.Work.Slots > 0 ? _options.Work.Slots : null;
        });
        WebApplication app = builder.Build();
        app.UseWebSockets();
        app.Map("/ws/{**rest}", Echo);
        app.MapGet("/events/{**rest}", SendEvents);
        app.MapFallback(Answer);
        return app;
    }

    public void Dispose() => _slots?.Dispose();

    private async Task Answer(HttpContext context)
    {
        NodeAnswer answer = AnswerTo(context.Request);
        if (_slots is not null)
            await Work(answer.Cached ? _options.Work.Hit : _options.Work.Miss, context.RequestAborted);
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(answer, NodeJson.Default.NodeAnswer);
        context.Response.ContentType = "application/json";
        int length = Math.Max(body.Length, Number(context.Request, "bytes", body.Length));
        context.Response.ContentLength = length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
        await Pad(context, length - body.Length, TimeSpan.FromMilliseconds(Number(context.Request, "over", 0)));
    }

    private async Task Work(TimeSpan duration, CancellationToken gone)
    {
        await _slots!.WaitAsync(gone);
        try
        {
            await Task.Delay(duration, _time, gone);
        }
        finally
        {
            _slots.Release();
        }
    }

    // Spaces, which JSON allows at its end, in equal pieces over the time.
    private async Task Pad(HttpContext context, int left, TimeSpan over)
    {
        const int Piece = 16 * 1024;
        byte[] spaces = new byte[Piece];
        spaces.AsSpan().Fill((byte)' ');
        TimeSpan pause = left > Piece ? over / (left / Piece) : TimeSpan.Zero;
        while (left > 0)
        {
            int part = Math.Min(left, Piece);
            await context.Response.Body.WriteAsync(spaces.AsMemory(0, part), context.RequestAborted);
            left -= part;
            if (pause > TimeSpan.Zero && left > 0)
                await Task.Delay(pause, _time, context.RequestAborted);
        }
    }

    private async Task Echo(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        byte[] greeting = JsonSerializer.SerializeToUtf8Bytes(AnswerTo(context.Request), NodeJson.Default.NodeAnswer);
        await socket.SendAsync(greeting, WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
        byte[] buffer = new byte[64 * 1024];
        while (socket.State == WebSocketState.Open)
        {
            WebSocketReceiveResult received = await socket.ReceiveAsync(buffer, context.RequestAborted);
            if (received.MessageType == WebSocketMessageType.Close)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, context.RequestAborted);
            else
                await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        }
    }

    private async Task SendEvents(HttpContext context)
    {
        int count = Number(context.Request, "count", 10);
        TimeSpan every = TimeSpan.FromMilliseconds(Number(context.Request, "every", 100));
        string answer = JsonSerializer.Serialize(AnswerTo(context.Request), NodeJson.Default.NodeAnswer);
        context.Response.ContentType = "text/event-stream";
        for (int i = 1; i <= count; i++)
        {
            await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"id: {i}\ndata: {answer}\n\n"), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            if (i < count)
                await Task.Delay(every, _time, context.RequestAborted);
        }
    }

    private NodeAnswer AnswerTo(HttpRequest request)
    {
        string key = request.Headers[KeyHeader].ToString();
        lock (_caching)
            return new NodeAnswer(_options.Id, key, _cache.Use(key));
    }

    private static int Number(HttpRequest request, string name, int fallback) =>
        int.TryParse(request.Query[name], CultureInfo.InvariantCulture, out int number) && number >= 0 ? number : fallback;
}
