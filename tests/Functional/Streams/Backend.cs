using System.Net;
using HashBalancer.Functional.Processes;
using HashBalancer.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Functional.Streams;

/// <summary>A service in the test's process, and a gateway before it whose one pool is this service.</summary>
internal sealed class Backend : IAsyncDisposable
{
    private readonly WebApplication _service;
    private readonly string _folder;

    private Backend(WebApplication service, RunningGateway gateway, string folder)
    {
        _service = service;
        Gateway = gateway;
        _folder = folder;
    }

    public RunningGateway Gateway { get; }

    /// <summary>Starts both, and waits until the gateway serves the pool.</summary>
    /// <param name="configure">Maps the service's endpoints.</param>
    /// <param name="protocols">What the service speaks.</param>
    /// <param name="clusters">YARP's settings of the pool <c>streams</c>, as JSON.</param>
    /// <param name="arguments">Further arguments of the gateway.</param>
    public static async Task<Backend> Start(
        Action<WebApplication> configure, HttpProtocols protocols = HttpProtocols.Http1, string clusters = "{}", params string[] arguments)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols);
        });
        WebApplication service = builder.Build();
        configure(service);
        await service.StartAsync();
        int port = new Uri(service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;

        string folder = Directory.CreateTempSubdirectory("hashbalancer-").FullName;
        string file = Path.Combine(folder, "streams.json");
        await File.WriteAllTextAsync(file, $$"""
            {
              "ReverseProxy": {
                "Routes": { "all": { "ClusterId": "streams", "MaxRequestBodySize": -1, "Match": { "Path": "/{**rest}" } } },
                "Clusters": { "streams": {{clusters}} }
              },
              "HashBalancer": { "Pools": { "streams": { "Service": "streams", "HashKeys": [ "path" ] } } }
            }
            """);
        RunningGateway gateway = await RunningGateway.Start("run", ["--config", file, .. arguments]);
        using HttpResponseMessage registered = await gateway.Put("/v1/agent/service/register", new { Name = "streams", Address = "127.0.0.1", Port = port });
        registered.EnsureSuccessStatusCode();
        await Eventually.IsTrue(
            async () =>
            {
                using HttpResponseMessage ready = await gateway.Client.GetAsync(new Uri(gateway.Admin, "/readyz"));
                return (await ready.Content.ReadAsStringAsync()).Contains("\"up\": 1", StringComparison.Ordinal);
            },
            "the service is a node");
        return new Backend(service, gateway, folder);
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await _service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
