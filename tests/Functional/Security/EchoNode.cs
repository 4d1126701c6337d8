using System.Net;
using System.Security.Cryptography.X509Certificates;
using HashBalancer.Functional.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace HashBalancer.Functional.Security;

/// <summary>A node in the test's process that answers with the request as it came: a line for each header field, and one for the certificate shown.</summary>
internal sealed class EchoNode : IAsyncDisposable
{
    private readonly WebApplication _service;

    /// <param name="certificate">Its own; null: it speaks without TLS.</param>
    /// <param name="asksForCertificate">Whether who connects must show one.</param>
    public EchoNode(X509Certificate2? certificate = null, bool asksForCertificate = false)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                if (certificate is not null)
                {
                    listen.UseHttps(certificate, https =>
                    {
                        https.ClientCertificateMode = asksForCertificate ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate;
                        https.AllowAnyClientCertificate();
                    });
                }
            });
        });
        _service = builder.Build();
        _service.Run(AnswerAsync);
    }

    /// <summary>Starts a gateway with this one node, and waits until it serves.</summary>
    public async Task<RunningGateway> Start(params string[] arguments)
    {
        RunningGateway gateway = await RunningGateway.Start("run", ["--config", Path.Combine(GatewayBuild.Root, "config", "demo.json"), .. arguments]);
        await JoinAsync(gateway);
        await gateway.NodesUp(1);
        return gateway;
    }

    /// <summary>Starts it and registers it.</summary>
    public async Task JoinAsync(RunningGateway gateway, object? meta = null)
    {
        await _service.StartAsync();
        int port = new Uri(_service.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        using HttpResponseMessage registered = await gateway.Put("/v1/agent/service/register", new { ID = "echo", Name = "demo", Address = "127.0.0.1", Port = port, Meta = meta });
        registered.EnsureSuccessStatusCode();
    }

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        string certificate = (await context.Connection.GetClientCertificateAsync())?.Subject ?? "none";
        await context.Response.WriteAsync(
            $"certificate: {certificate}\nscheme: {context.Request.Scheme}\n{string.Concat(context.Request.Headers.Select(field => $"{field.Key.ToLowerInvariant()}: {field.Value}\n"))}");
    }
}
