using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using HashBalancer.Functional.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Functional.Streams;

/// <summary>What is long, or goes both ways, passes through as it comes.</summary>
public sealed class StreamTests
{
    private const long TwoGigabytes = 2L << 30;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WebSocket_Echo_CarriesTextAndBinaryBothWaysAndCloses()
    {
        await using Backend backend = await Backend.Start(app =>
        {
            app.UseWebSockets();
            app.Run(Echo);
        });
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(backend.Gateway.Proxy) { Scheme = "ws", Path = "/echo" }.Uri, Stop);
        byte[] large = new byte[1 << 20];
        new Random(1).NextBytes(large);

        for (int i = 0; i < 100; i++)
            Assert.Equal($"message {i}", Encoding.UTF8.GetString(await RoundTrip(socket, Encoding.UTF8.GetBytes($"message {i}"), WebSocketMessageType.Text)));
        Assert.Equal(large, await RoundTrip(socket, large, WebSocketMessageType.Binary));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", Stop);

        Assert.Equal((WebSocketCloseStatus.NormalClosure, "done"), (socket.CloseStatus, socket.CloseStatusDescription));
    }

    [Fact]
    public async Task ServerSentEvents_EachEvent_ArrivesBeforeTheNextIsSent()
    {
        // The service sends an event only when the test has received the one before.
        using var received = new SemaphoreSlim(0);
        await using Backend backend = await Backend.Start(app => app.Run(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (int i = 0; i < 20; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await received.WaitAsync(context.RequestAborted);
            }
        }));

        using HttpResponseMessage response = await backend.Gateway.Client.GetAsync(
            new Uri(backend.Gateway.Proxy, "/events"), HttpCompletionOption.ResponseHeadersRead, Stop);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Stop));

        for (int i = 0; i < 20; i++)
        {
            Assert.Equal($"data: {i}", await lines.ReadLineAsync(Stop));
            Assert.Equal("", await lines.ReadLineAsync(Stop));
            received.Release();
        }

        Assert.Null(await lines.ReadLineAsync(Stop));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Download_TwoGigabytes_ArrivesWholeInLittleMemory(bool chunked)
    {
        await using Backend backend = await Backend.Start(app => app.Run(async context =>
        {
            if (!chunked)
                context.Response.ContentLength = TwoGigabytes;
            await Pattern.Write(context.Response.Body, TwoGigabytes, context.RequestAborted);
        }));
        backend.Gateway.Client.DefaultRequestHeaders.ConnectionClose = true;

        using HttpResponseMessage response = await backend.Gateway.Client.GetAsync(
            new Uri(backend.Gateway.Proxy, "/download"), HttpCompletionOption.ResponseHeadersRead, Stop);

        Assert.Equal(chunked ? null : TwoGigabytes, response.Content.Headers.ContentLength);
        Assert.Equal(TwoGigabytes, await Pattern.Check(await response.Content.ReadAsStreamAsync(Stop), Stop));
        Assert.InRange(ProcessTable.PeakMemoryOf(backend.Gateway.Process.Id), 1, 150L << 20);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_TwoGigabytes_ArrivesWholeInLittleMemory(bool chunked)
    {
        await using Backend backend = await Backend.Start(app => app.Run(async context =>
        {
            long read = await Pattern.Check(context.Request.Body, context.RequestAborted);
            await context.Response.WriteAsync($"{read} of {context.Request.ContentLength?.ToString(CultureInfo.InvariantCulture) ?? "chunks"}");
        }));
        using var client = new HttpClient { Timeout = TimeSpan.FromMinutes(5) };
        using var body = new PatternContent(chunked ? null : TwoGigabytes, TwoGigabytes);

        using HttpResponseMessage response = await client.PostAsync(new Uri(backend.Gateway.Proxy, "/upload"), body, Stop);

        Assert.Equal($"{TwoGigabytes} of {(chunked ? "chunks" : TwoGigabytes)}", await response.Content.ReadAsStringAsync(Stop));
        Assert.InRange(ProcessTable.PeakMemoryOf(backend.Gateway.Process.Id), 1, 150L << 20);
    }

    private static async Task Echo(HttpContext context)
    {
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        byte[] buffer = new byte[16 * 1024];
        while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is var received && received.MessageType != WebSocketMessageType.Close)
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, context.RequestAborted);
        await socket.CloseAsync(socket.CloseStatus!.Value, socket.CloseStatusDescription, context.RequestAborted);
    }

    private static async Task<byte[]> RoundTrip(ClientWebSocket socket, byte[] message, WebSocketMessageType type)
    {
        Task sent = socket.SendAsync(message, type, endOfMessage: true, Stop);
        using var whole = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        ValueWebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(buffer.AsMemory(), Stop);
            whole.Write(buffer, 0, received.Count);
        }
        while (!received.EndOfMessage);
        await sent;
        Assert.Equal(type, received.MessageType);
        return whole.ToArray();
    }

    private sealed class PatternContent(long? announced, long length) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) => Pattern.Write(stream, length, Stop);

        protected override bool TryComputeLength(out long computed)
        {
            computed = announced ?? 0;
            return announced is not null;
        }
    }
}
