using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Gateway.Tests.Support;

/// <summary>A node in the test's process that answers its id, and keeps the trace context that requests came with.</summary>
internal sealed class WebNode : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebNode(WebApplication app) => _app = app;

    public int Port { get; private set; }

    /// <summary>The field <c>traceparent</c> of each request, empty where there was none.</summary>
    public ConcurrentQueue<string> Traces { get; } = new();

    /// <summary>Whether it breaks each request off.</summary>
    public bool IsBroken { get; set; }

    /// <summary>Starts it and registers it.</summary>
    public static async Task<WebNode> Start(string id, GatewayUnderTest gateway)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        var node = new WebNode(app);
        app.Run(context =>
        {
            node.Traces.Enqueue(context.Request.Headers.TraceParent.ToString());
            if (!node.IsBroken)
                return context.Response.WriteAsync(id);
            context.Abort();
            return Task.CompletedTask;
        });
        await app.StartAsync();
        node.Port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        await gateway.Register(id, node.Port);
        return node;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
