using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Consul.Tests;

/// <summary>A request that the fake has seen.</summary>
internal sealed record SeenRequest(string Method, string Target, string Body, string? Token);

/// <summary>A web server in this process that answers as a test tells it to, faults included; it can go down and come back on its port.</summary>
internal sealed class FakeConsul : IAsyncDisposable
{
    private readonly ConcurrentQueue<SeenRequest> _seen = new();
    private readonly Action<ListenOptions>? _listen;
    private WebApplication? _app;
    private int _port;

    private FakeConsul(RequestDelegate answer, Action<ListenOptions>? listen)
    {
        Answer = answer;
        _listen = listen;
    }

    /// <summary>What answers from now on.</summary>
    public RequestDelegate Answer { get; set; }

    public string Address => $"http://127.0.0.1:{_port}";

    public int Port => _port;

    public IReadOnlyList<SeenRequest> Seen => [.. _seen];

    public static async Task<FakeConsul> StartAsync(RequestDelegate answer, Action<ListenOptions>? listen = null)
    {
        var fake = new FakeConsul(answer, listen);
        await fake.UpAsync();
        return fake;
    }

    /// <summary>A body with the headers of an indexed read.</summary>
    public static async Task Json(HttpContext context, string body, ulong? index = null, string? knownLeader = "true", int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (index is not null)
        {
            context.Response.Headers["X-Consul-Index"] = index.ToString();
            context.Response.Headers["X-Consul-Knownleader"] = knownLeader;
            context.Response.Headers["X-Consul-Lastcontact"] = "0";
        }

        await context.Response.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>An error as Consul words it.</summary>
    public static async Task Text(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    /// <summary>Never answers; ends when the client goes away.</summary>
    public static Task Hang(HttpContext context) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

    public IReadOnlyList<string> Targets(string method) => [.. _seen.Where(r => r.Method == method).Select(r => r.Target)];

    /// <summary>Forgets what was seen.</summary>
    public void Forget() => _seen.Clear();

    public async Task UpAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, _port, listen => _listen?.Invoke(listen));
        });
        _app = builder.Build();
        _app.Run(HandleAsync);
        await _app.StartAsync();
        _port = new Uri(_app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    /// <summary>Cuts every connection and stops listening.</summary>
    public async Task DownAsync()
    {
        if (_app is null)
            return;
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync() => await DownAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content, context.RequestAborted);
        string body = Encoding.UTF8.GetString(content.ToArray());
        content.Position = 0;
        context.Request.Body = content;
        // The raw target: escapes are part of what is tested.
        string target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        _seen.Enqueue(new SeenRequest(context.Request.Method, target, body, context.Request.Headers["X-Consul-Token"]));
        try
        {
            await Answer(context);
        }
        catch (OperationCanceledException)
        {
            // The client has gone, or the server goes down.
        }
    }
}
