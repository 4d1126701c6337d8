using HashBalancer.Gateway.Configuration;
using HashBalancer.Gateway.Dashboard;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Gateway.Lifecycle;
using HashBalancer.Gateway.Telemetry;
using HashBalancer.Gateway.Telemetry.Exposition;
using HashBalancer.Gateway.Tls;

namespace HashBalancer.Gateway.Admin;

/// <summary>The admin server: health, metrics and what an operator asks of the gateway, apart from the proxy's port and its load.</summary>
internal static class AdminApplication
{
    /// <param name="admin">Where it listens, and for whom.</param>
    /// <param name="gateway">The gateway's services, whose state the endpoints show.</param>
    /// <param name="metrics">What /metrics shows; null: it is not there.</param>
    /// <param name="levels">How much is logged.</param>
    /// <param name="sockets">What to listen on.</param>
    /// <param name="root">The process' configuration.</param>
    /// <param name="loggers">The process' loggers.</param>
    public static WebApplication Build(
        AdminConfiguration admin, IServiceProvider gateway, MetricCollector? metrics, LogLevels levels, ListenSockets sockets, IConfigurationRoot root,
        ILoggerFactory loggers)
    {
        WebApplicationBuilder builder = BareBuilder.Create(root, loggers, IoMode.Pool, new Listener(admin.Listen, Tls: admin.Tls));
        builder.ListenOn(sockets);
        DashboardServer.AddServices(builder.Services, gateway);
        if (admin.Tls is { } tls)
        {
            builder.Services.AddSingleton(gateway.GetRequiredService<TimeProvider>());
            builder.Services.AddSingleton(tls);
            builder.Services.AddHostedService<CertificateReloader>();
        }

        WebApplication app = builder.Build();
        SecurityHeaders.Use(app);
        TimeProvider time = gateway.GetRequiredService<TimeProvider>();
        var access = new AdminAccess(new AdminToken(admin.Token, admin.TokenFile), new FailedAttempts(time));
        var audit = new AuditLog(loggers, time);
        app.Use(new AdminErrors(loggers.CreateLogger<AdminErrors>()).Invoke);
        app.Use(access.Invoke);
        HealthEndpoints.Map(app, gateway);
        PoolEndpoints.Map(app, gateway);
        DrainEndpoints.Map(app, gateway, audit);
        OrderEndpoints.Map(app, gateway, audit);
        ExplainEndpoints.Map(app, gateway);
        ProfileEndpoints.Map(app, gateway);
        RingEndpoints.Map(app, gateway);
        ConfigurationEndpoints.Map(app, gateway);
        LogLevelEndpoints.Map(app, levels, audit);
        AuditEndpoints.Map(app, audit);
        AllocationEndpoints.Map(app, gateway);
        FleetCommandEndpoints.Map(app, gateway, audit);
        ExternalMetricsEndpoints.Map(app, gateway);
        if (metrics is not null)
            MetricsEndpoint.Map(app, metrics);
        DashboardServer.Map(app, gateway);
        OpenApiDocument.Map(app);
        return app;
    }
}
