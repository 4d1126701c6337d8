using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HashBalancer.LoadTests.Tests.Support;

/// <summary>WebSockets and event streams as the test wants them.</summary>
internal sealed class StreamServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StreamServer(WebApplication app) => _app = app;

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <param name="reply">What to echo for a message, given its number from 1; null closes.</param>
    /// <param name="greeting">What is said first over a WebSocket.</param>
    /// <param name="events">The text of the event stream.</param>
    public static async Task<StreamServer> Start(Func<int, byte[], byte[]?>? reply = null, string? greeting = null, string events = "")
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.UseWebSockets();
        app.Map("/ws/{**rest}", context => Converse(context, reply ?? ((_, message) => message), greeting));
        app.MapGet("/events/{**rest}", async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(events.Replace("{key}", context.Request.Headers["X-User-Id"], StringComparison.Ordinal));
        });
        await app.StartAsync();
        return new StreamServer(app);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static async Task Converse(HttpContext context, Func<int, byte[], byte[]?> reply, string? greeting)
    {
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        if (greeting is not null)
        {
            string text = greeting.Replace("{key}", context.Request.Headers["X-User-Id"], StringComparison.Ordinal);
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
        }

        byte[] buffer = new byte[4096];
        for (int number = 1; socket.State == WebSocketState.Open; number++)
        {
            WebSocketReceiveResult received = await socket.ReceiveAsync(buffer, context.RequestAborted);
            byte[]? answer = received.MessageType == WebSocketMessageType.Close ? null : reply(number, buffer[..received.Count]);
            if (answer is null)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, context.RequestAborted);
            else
                await socket.SendAsync(answer, received.MessageType, endOfMessage: true, context.RequestAborted);
        }
    }
}
