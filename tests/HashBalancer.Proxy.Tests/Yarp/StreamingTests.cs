using System.Net.WebSockets;
using System.Text;
using HashBalancer.Proxy.Tests.Support;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Http;

namespace HashBalancer.Proxy.Tests.Yarp;

/// <summary>Bodies pass as they come, both ways, and upgraded connections become tunnels.</summary>
public sealed class StreamingTests
{
    /// <summary>Milliseconds. A body that is held back shows as a test that never ends.</summary>
    private const int HangLimit = 60_000;

    /// <summary>More than any buffer on the way: YARP flushes request bodies of plain HTTP/1.1 only as its client's buffer fills up.</summary>
    private const int PieceSize = 256 * 1024;

    [Fact(Timeout = HangLimit)]
    public async Task Response_Streamed_ReachesTheClientPieceByPiece()
    {
        var goOn = new SemaphoreSlim(0);
        await using Backend node = await Backend.Start("a", async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (int i = 0; i < 3; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n");
                await context.Response.Body.FlushAsync();
                await goOn.WaitAsync(context.RequestAborted);
            }
        });
        await using ProxyHost proxy = await Items(node);

        using HttpResponseMessage response = await proxy.Client.GetAsync(new Uri("/items/1", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        // The node writes each event only after the one before has been read here.
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal($"data: {i}", await reader.ReadLineAsync());
            Assert.Equal("", await reader.ReadLineAsync());
            Assert.Equal(1, proxy.Loads.Of("items", "a").InFlight);
            goOn.Release();
        }

        Assert.Null(await reader.ReadLineAsync());
        await Eventually.IsTrue(() => proxy.Loads.Of("items", "a").InFlight == 0, "the request ends");
    }

    [Fact(Timeout = HangLimit)]
    public async Task Request_Streamed_ReachesTheNodePieceByPiece()
    {
        var seen = new SemaphoreSlim(0);
        await using Backend node = await Backend.Start("a", async context =>
        {
            byte[] buffer = new byte[PieceSize];
            long total = 0, pieces = 0;
            for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0;)
            {
                total += read;
                if (total >= (pieces * PieceSize) + (PieceSize / 2))
                {
                    pieces++;
                    seen.Release();
                }
            }

            await context.Response.WriteAsync($"{total}");
        });
        await using ProxyHost proxy = await Items(node);

        using var content = Piecewise(pieces: 3, seen);
        using HttpResponseMessage response = await proxy.Client.PostAsync(new Uri("/items/1", UriKind.Relative), content);

        Assert.Equal($"{3 * PieceSize}", await response.Content.ReadAsStringAsync());
    }

    [Fact(Timeout = HangLimit)]
    public async Task WebSocket_ThroughAPool_EchoesAndClosesCleanly()
    {
        await using Backend node = await Backend.Start("a", async context =>
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync("chat");
            byte[] buffer = new byte[64 * 1024];
            WebSocketReceiveResult message;
            while ((message = await socket.ReceiveAsync(buffer, context.RequestAborted)).MessageType != WebSocketMessageType.Close)
                await socket.SendAsync(buffer.AsMemory(0, message.Count), message.MessageType, message.EndOfMessage, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", context.RequestAborted);
        });
        await using ProxyHost proxy = await Items(node);
        using var meter = new MeterReadings(proxy.Services);
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("chat");

        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{proxy.Port}/items/socket"), CancellationToken.None);
        Assert.Equal("chat", client.SubProtocol);
        foreach (string text in new[] { "hello", new string('x', 50_000), "é" })
        {
            await client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            Assert.Equal(text, await ReadText(client));
        }

        Assert.Equal(1, proxy.Loads.Of("items", "a").InFlight);
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);

        Assert.Equal("bye", client.CloseStatusDescription);
        await Eventually.IsTrue(() => proxy.Loads.Of("items", "a") is { InFlight: 0, Completed: 1, Failed: 0 }, "the tunnel ends, and not as a failure");
        await meter.AssertReads("hashbalancer.requests", "pool=items,node=a,code=1xx 1");

        // Its life is no response time. A duration would have been recorded before the request was counted.
        Assert.DoesNotContain(meter.Recorded, reading => reading.ToString().Contains("hashbalancer.request.duration", StringComparison.Ordinal));
    }

    private static async Task<ProxyHost> Items(Backend node)
    {
        ProxyHost proxy = await ProxyHost.Start(new() { ["items"] = ["path"] });
        proxy.Publish("items", node);
        return proxy;
    }

    private static async Task<string> ReadText(WebSocket socket)
    {
        using var text = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        WebSocketReceiveResult message;
        do
        {
            message = await socket.ReceiveAsync(buffer, CancellationToken.None);
            await text.WriteAsync(buffer.AsMemory(0, message.Count));
        }
        while (!message.EndOfMessage);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>Sends a piece at a time, the next only when the node has read most of the one before.</summary>
    private static UnmeasuredContent Piecewise(int pieces, SemaphoreSlim seen) => new(async stream =>
    {
        for (int i = 0; i < pieces; i++)
        {
            await stream.WriteAsync(new byte[PieceSize]);
            await stream.FlushAsync();
            await seen.WaitAsync();
        }
    });
}
