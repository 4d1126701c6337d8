using System.Net;
using HashBalancer.Functional.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Functional.Failures;

/// <summary>A node in the test's process that can be told to fail: it answers its name, or at once 500.</summary>
internal sealed class FickleNode : IAsyncDisposable
{
    private readonly WebApplication _service;
    private long _requests;
    private bool _bad;

    private FickleNode(string id)
    {
        Id = id;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _service = builder.Build();
        _service.Run(context =>
        {
            Interlocked.Increment(ref _requests);
            context.Response.StatusCode = Volatile.Read(ref _bad) ? 500 : 200;
            return context.Response.WriteAsync(Id);
        });
    }

    public string Id { get; }

    /// <summary>Requests that reached it.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    public bool IsBad
    {
        get => Volatile.Read(ref _bad);
        set => Volatile.Write(ref _bad, value);
    }

    /// <summary>Starts nodes <c>n-0</c> and so on, and registers them as instances of the demo's service.</summary>
    public static async Task<FickleNode[]> StartFor(RunningGateway gateway, int count)
    {
        FickleNode[] nodes = [.. Enumerable.Range(0, count).Select(i => new FickleNode($"n-{i}"))];
        foreach (FickleNode node in nodes)
        {
            await node._service.StartAsync();
            int port = new Uri(node._service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
            using HttpResponseMessage registered = await gateway.Put("/v1/agent/service/register", new { node.Id, Name = "demo", Address = "127.0.0.1", Port = port });
            registered.EnsureSuccessStatusCode();
        }

        await gateway.NodesUp(count);
        return nodes;
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();
}
