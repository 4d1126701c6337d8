using HashBalancer.Gateway.Configuration;
using HashBalancer.Gateway.Dashboard;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Gateway.Telemetry;
using HashBalancer.Gateway.Telemetry.Exposition;

namespace HashBalancer.Gateway.Admin;

/// <summary>The admin server: health, metrics and what an operator asks of the gateway, apart from the proxy's port and its load.</summary>
internal static class AdminApplication
{
    /// <param name="admin">Where it listens, and for whom.</param>
    /// <param name="gateway">The gateway's services, whose state the endpoints show.</param>
    /// <param name="metrics">What /metrics shows.</param>
    /// <param name="levels">How much is logged.</param>
    /// <param name="root">The process' configuration.</param>
    /// <param name="loggers">The process' loggers.</param>
    public static WebApplication Build(
        AdminConfiguration admin, IServiceProvider gateway, MetricCollector metrics, LogLevels levels, IConfigurationRoot root, ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = BareBuilder.Create(root, loggers, IoMode.Pool, new Listener(admin.Listen));
        DashboardServer.AddServices(builder.Services, gateway);
        WebApplication app = builder.Build();
        SecurityHeaders.Use(app);
        TimeProvider time = gateway.GetRequiredService<TimeProvider>();
        var access = new AdminAccess(new AdminToken(admin.Token, admin.TokenFile), new FailedAttempts(time));
        var audit = new AuditLog(loggers, time);
        app.Use(AdminErrors.Invoke);
        app.Use(access.Invoke);
        HealthEndpoints.Map(app, gateway);
        PoolEndpoints.Map(app, gateway);
        DrainEndpoints.Map(app, gateway, audit);
        ExplainEndpoints.Map(app, gateway);
        RingEndpoints.Map(app, gateway);
        ConfigurationEndpoints.Map(app, gateway);
        LogLevelEndpoints.Map(app, levels, audit);
        AuditEndpoints.Map(app, audit);
        MetricsEndpoint.Map(app, metrics);
        DashboardServer.Map(app, gateway);
        OpenApiDocument.Map(app);
        return app;
    }
}
