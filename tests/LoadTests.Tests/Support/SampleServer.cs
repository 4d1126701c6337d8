using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HashBalancer.LoadTests.Tests.Support;

/// <summary>Answers as three sample nodes behind a gateway would, in this process.</summary>
internal sealed class SampleServer : IAsyncDisposable
{
    private const int Nodes = 3;

    private readonly WebApplication _app;

    private SampleServer(WebApplication app) => _app = app;

    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <param name="nodeOf">The node of a key; by the key's last digit when left out.</param>
    /// <param name="statusOf">The status, given the request's number from 0; 200 when left out.</param>
    /// <param name="delayOf">How long the answer takes, given the request's number from 0; at once when left out.</param>
    public static async Task<SampleServer> Start(Func<string, int>? nodeOf = null, Func<int, int>? statusOf = null, Func<int, TimeSpan>? delayOf = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        int requests = -1;
        app.MapGet("/items/{item}", async (string item, HttpContext context) =>
        {
            int number = Interlocked.Increment(ref requests);
            if (delayOf is not null)
                await Task.Delay(delayOf(number), TimeProvider.System, context.RequestAborted);
            string key = context.Request.Headers["X-User-Id"].ToString();
            int node = nodeOf?.Invoke(key) ?? (key[^1] - '0') % Nodes;
            return Results.Json(new { node = $"node-{node}", key, cached = true, keys = 1, item }, statusCode: statusOf?.Invoke(number) ?? 200);
        });
        await app.StartAsync();
        return new SampleServer(app);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
