using System.Globalization;
using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Demo.Sample;

/// <summary>
/// A small web service with a cache of its own that registers itself: what a team's service looks like to the gateway.
/// </summary>
internal static class SampleService
{
    public static WebApplication Build(SampleOptions options)
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().Build();
        WebApplicationBuilder builder = BareBuilder.Create(configuration, GatewayLogging.CreateFactory(configuration), IoMode.Pool, new Listener(options.Listen));
        if (options.Registers)
        {
            builder.Services.AddHashBalancerAgent(agent =>
            {
                agent.Consul.Address = options.Registry;
                agent.Service = options.Service;
                agent.Id = options.Id;
                agent.Check.Ttl = options.Ttl;
            });
        }

        WebApplication app = builder.Build();
        var cache = new LruCache(options.CacheSize);
        SlotPool? slots = options.Work is { } work ? new SlotPool(work.Slots, TimeProvider.System) : null;
        if (slots is not null)
            app.Lifetime.ApplicationStopped.Register(slots.Dispose);
        app.MapFallback(async context =>
        {
            string key = KeyOf(context.Request);
            (bool cached, int keys) = cache.Use(key);
            if (slots is not null)
            {
                await slots.Work(cached ? options.Work!.Hit : options.Work!.Miss, context.RequestAborted);
                // How busy it is, as gateways read it: see "Rebalancing" in config/README.md.
                context.Response.Headers["endpoint-load-metrics"] = string.Create(CultureInfo.InvariantCulture, $"TEXT application_utilization={slots.Utilisation():0.000}");
            }

            await context.Response.WriteAsJsonAsync(new SampleAnswer(options.Id, key, cached, keys), SampleJson.Default.SampleAnswer);
        });
        return app;
    }

    /// <summary>The key by which the demo's gateway chose this node: the user, else the client's address.</summary>
    private static string KeyOf(HttpRequest request) =>
        request.Headers["X-User-Id"].ToString() is { Length: > 0 } user ? user
        : request.Headers["X-Forwarded-For"].ToString() is { Length: > 0 } client ? client
        : request.HttpContext.Connection.RemoteIpAddress?.ToString() ?? "";
}
