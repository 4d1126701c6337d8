using HashBalancer.Gateway.Hosting;
using HashBalancer.Gateway.Telemetry;
using HashBalancer.Gateway.Telemetry.Exposition;

namespace HashBalancer.Gateway.Admin;

/// <summary>The admin server: health, metrics and what an operator asks of nodes, apart from the proxy's port and its load.</summary>
internal static class AdminApplication
{
    /// <param name="listen">Loopback only.</param>
    /// <param name="gateway">The gateway's services, whose state the endpoints show.</param>
    /// <param name="metrics">What /metrics shows.</param>
    /// <param name="root">The process' configuration.</param>
    /// <param name="loggers">The process' loggers.</param>
    public static WebApplication Build(
        ListenAddress listen, IServiceProvider gateway, MetricCollector metrics, IConfigurationRoot root, ILoggerFactory loggers)
    {
        WebApplication app = BareBuilder.Create(root, loggers, IoMode.Pool, new Listener(listen)).Build();
        HealthEndpoints.Map(app, gateway);
        DrainEndpoints.Map(app, gateway);
        ExplainEndpoints.Map(app, gateway);
        MetricsEndpoint.Map(app, metrics);
        return app;
    }
}
