using System.Net;
using System.Net.WebSockets;
using HashBalancer.Functional.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Functional.Failures;

/// <summary>A node in the test's process that can be told to fail: it answers its name, or at once 500.</summary>
/// <remarks><c>/held</c> answers when released; <c>/events</c> and <c>/socket</c> stay open until the other side ends them.</remarks>
internal sealed class FickleNode : IAsyncDisposable
{
    private readonly SemaphoreSlim _released = new(0);
    private readonly WebApplication _service;
    private long _requests;
    private int _held;
    private int _left;
    private bool _bad;

    public FickleNode(string id)
    {
        Id = id;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _service = builder.Build();
        _service.UseWebSockets();
        _service.Run(AnswerAsync);
    }

    public string Id { get; }

    /// <summary>Requests that reached it.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Requests that wait for <see cref="Release"/>.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Whether <c>/health</c> answers 503, and nothing else does.</summary>
    public bool IsSick { get; set; }

    /// <summary>Whether every request waits for <see cref="Release"/>, or until nobody wants its answer any more.</summary>
    public bool Holds { get; set; }

    /// <summary>Requests whose answer nobody wanted any more while they were held.</summary>
    public int Left => Volatile.Read(ref _left);

    public bool IsBad
    {
        get => Volatile.Read(ref _bad);
        set => Volatile.Write(ref _bad, value);
    }

    /// <summary>What it says of its load with each answer; null: nothing.</summary>
    public Func<string>? Report { get; set; }

    /// <summary>Starts nodes <c>n-0</c> and so on, registers them as instances of the demo's service and waits until they serve.</summary>
    public static async Task<FickleNode[]> StartFor(RunningGateway gateway, int count)
    {
        FickleNode[] nodes = [.. Enumerable.Range(0, count).Select(i => new FickleNode($"n-{i}"))];
        foreach (FickleNode node in nodes)
            await node.JoinAsync(gateway);
        await gateway.NodesUp(count);
        return nodes;
    }

    /// <summary>Starts it and registers it.</summary>
    public async Task JoinAsync(RunningGateway gateway, string service = "demo", params string[] tags)
    {
        await _service.StartAsync();
        await RegisterAsync(gateway, service, tags);
    }

    /// <summary>Registers it, anew where the registry has forgotten it.</summary>
    public async Task RegisterAsync(RunningGateway gateway, string service = "demo", params string[] tags)
    {
        int port = new Uri(_service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        using HttpResponseMessage registered = await gateway.Put("/v1/agent/service/register", new { Id, Name = service, Address = "127.0.0.1", Port = port, Tags = tags });
        registered.EnsureSuccessStatusCode();
    }

    /// <summary>Lets one held request go on.</summary>
    public void Release() => _released.Release();

    public ValueTask DisposeAsync()
    {
        _released.Release(1000);
        return _service.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/health")
        {
            context.Response.StatusCode = IsSick ? 503 : 200;
            return;
        }

        Interlocked.Increment(ref _requests);
        switch (context.Request.Path.Value)
        {
            case "/socket":
                using (WebSocket socket = await context.WebSockets.AcceptWebSocketAsync())
                    await UntilEnded(socket.ReceiveAsync(new byte[16], context.RequestAborted));
                return;
            case "/events":
                context.Response.ContentType = "text/event-stream";
                await context.Response.WriteAsync("data: 1\n\n");
                await context.Response.Body.FlushAsync();
                await UntilEnded(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
                return;
            case "/held":
                Interlocked.Increment(ref _held);
                await _released.WaitAsync();
                break;
        }

        if (Holds && !await IsReleased(context))
            return;
        if (Report is { } report)
            context.Response.Headers["endpoint-load-metrics"] = report();
        context.Response.StatusCode = IsBad ? 500 : 200;
        await context.Response.WriteAsync(Id);
    }

    private async Task<bool> IsReleased(HttpContext context)
    {
        try
        {
            await _released.WaitAsync(context.RequestAborted);
            return true;
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _left);
            return false;
        }
    }

    private static async Task UntilEnded(Task ending)
    {
        try
        {
            await ending;
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException or IOException)
        {
            // The other side ended it.
        }
    }
}
