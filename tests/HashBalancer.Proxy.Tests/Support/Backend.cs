using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HashBalancer.Proxy.Tests.Support;

/// <summary>A web server on a free port of loopback that says who it is.</summary>
internal sealed class Backend : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Backend(string name, RequestDelegate answer)
    {
        Name = name;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(context =>
        {
            Paths.Enqueue(context.Request.Path);
            return answer(context);
        });
    }

    public string Name { get; }

    public ConcurrentQueue<string> Paths { get; } = new();

    public int Port { get; private set; }

    /// <summary>Starts a server that answers everything with its name, unless told otherwise.</summary>
    public static async Task<Backend> Start(string name, RequestDelegate? answer = null)
    {
        var backend = new Backend(name, answer ?? (context => context.Response.WriteAsync(name)));
        await backend._app.StartAsync();
        backend.Port = Addresses.PortOf(backend._app);
        return backend;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

internal static class Addresses
{
    public static int PortOf(WebApplication app) => PortsOf(app).Single();

    /// <summary>Of all that it listens at, in the order in which that was configured.</summary>
    public static int[] PortsOf(WebApplication app) =>
        [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address).Port)];

    /// <summary>A port of loopback that refuses connections: it was free, and is bound without listening until disposed.</summary>
    public static System.Net.Sockets.Socket BindWithoutListening(out int port)
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        port = ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port;
        return socket;
    }
}
