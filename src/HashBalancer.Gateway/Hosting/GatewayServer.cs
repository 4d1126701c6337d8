using System.Diagnostics;
using System.Diagnostics.Metrics;
using HashBalancer.Consul;
using HashBalancer.Control;
using HashBalancer.Gateway.AccessLogging;
using HashBalancer.Gateway.Admin;
using HashBalancer.Gateway.Clients;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Gateway.Lifecycle;
using HashBalancer.Gateway.Telemetry;
using HashBalancer.Gateway.Telemetry.Exposition;
using HashBalancer.Gateway.Tls;
using HashBalancer.Proxy;
using HashBalancer.Registry;
using HashBalancer.Ring;
using HashBalancer.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace HashBalancer.Gateway.Hosting;

/// <summary>
/// The running gateway: the embedded registry if there is one, the control plane, the proxy and the admin endpoints, started
/// in this order and stopped in the opposite one.
/// </summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    // What busy connections need to end by themselves; there is no hurry, since the other process serves.
    private static readonly TimeSpan ReplacedDelay = TimeSpan.FromSeconds(2);

    private readonly RegistryServer? _registry;
    private readonly WebApplication _proxy;
    private readonly WebApplication _admin;
    private readonly MetricCollector? _metrics;
    private readonly OtlpExport? _export;
    private readonly ProxyConfiguration _listen;

    private GatewayServer(
        RegistryServer? registry, string registryAddress, WebApplication proxy, ProxyConfiguration listen, WebApplication admin, MetricCollector? metrics,
        OtlpExport? export, ILoggerFactory loggers)
    {
        Loggers = loggers;
        _listen = listen;
        _registry = registry;
        _proxy = proxy;
        _admin = admin;
        _metrics = metrics;
        _export = export;
        RegistryAddress = registryAddress;
    }

    /// <summary>The process' loggers.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>Whether the registry runs in this process.</summary>
    public bool IsRegistryEmbedded => _registry is not null;

    /// <summary>The Consul agent or the embedded registry.</summary>
    public string RegistryAddress { get; }

    /// <summary>Where clients connect by HTTP/1.1 without TLS.</summary>
    public Uri ProxyAddress => BoundAddress.Of(_proxy);

    /// <summary>Where clients connect by HTTP/2 without TLS; null: nowhere.</summary>
    public Uri? Http2Address => _listen.Http2Listen is null ? null : BoundAddress.AllOf(_proxy)[1];

    /// <summary>Where clients connect by TLS; null: nowhere.</summary>
    public Uri? TlsAddress => _listen.TlsListen is null ? null : BoundAddress.AllOf(_proxy)[^1];

    public Uri AdminAddress => BoundAddress.Of(_admin);

    /// <summary>What the gateway is made of.</summary>
    public IServiceProvider Services => _proxy.Services;

    public SnapshotStore Snapshots => _proxy.Services.GetRequiredService<SnapshotStore>();

    public RegistryStatus RegistryStatus => _proxy.Services.GetRequiredService<RegistryStatus>();

    /// <summary>Starts everything; on a failure what had started is stopped again.</summary>
    /// <param name="loaded">The configuration.</param>
    /// <param name="stop">Gives up starting.</param>
    /// <param name="given">What to listen on; null: sockets of its own.</param>
    public static async Task<GatewayServer> StartAsync(LoadedConfiguration loaded, CancellationToken stop, ListenSockets? given = null)
    {
        ListenSockets sockets = given ?? new ListenSockets();
        GatewayConfiguration configuration = loaded.Configuration;
        // First of all, so that no instrument's first measurements are missed.
        MetricCollector? metrics = configuration.Telemetry.Metrics ? new MetricCollector(configuration.Telemetry.Otlp.SendsTraces) : null;
        OtlpExport? export = null;
        RegistryServer? registry = null;
        WebApplication? proxy = null, admin = null;
        try
        {
            var levels = new LogLevels(loaded.Root.GetSection("Logging"));
            ILoggerFactory loggers = GatewayLogging.CreateFactory(levels);
            export = OtlpExport.Start(configuration.Telemetry.Otlp, configuration.Coordination.GatewayName);
            if (configuration.Registry is { } options)
            {
                registry = new RegistryServer(options, TimeProvider.System, loggers);
                await registry.StartAsync(stop);
            }

            ConsulClientOptions consul = configuration.Consul ?? new ConsulClientOptions
            {
                Address = registry!.Address.GetLeftPart(UriPartial.Authority),
                TokenFile = configuration.Registry!.TokenFile,
            };
            proxy = await BuildProxyAsync(loaded, consul, sockets, loggers);
            admin = AdminApplication.Build(configuration.Admin, proxy.Services, metrics, levels, sockets, loaded.Root, loggers);
            await proxy.StartAsync(stop);
            await admin.StartAsync(stop);
            return new GatewayServer(registry, consul.AllAddresses.First(), proxy, configuration.Proxy, admin, metrics, export, loggers);
        }
        catch
        {
            await DisposeAllAsync(admin, proxy, registry, metrics, export);
            throw;
        }
    }

    /// <summary>Says that it is not ready and serves on for the drain delay; then stops taking requests, lets those in flight finish within the drain time, and
    /// stops the rest.</summary>
    /// <param name="isReplaced">Whether another process has the listening sockets: it answers operators from now on.</param>
    public async Task StopAsync(bool isReplaced = false)
    {
        _proxy.Services.GetRequiredService<Draining>().Begin();
        TimeSpan delay = _listen.Stopping.DrainDelay;
        if (isReplaced)
        {
            // Whoever connects from now on does so to the other process: a connection that is taken and closed before its first request is one that fails.
            _proxy.Services.GetService<EpollTransport>()?.StopAccepting();
            await _admin.StopAsync();
            delay = delay > ReplacedDelay ? delay : ReplacedDelay;
        }

        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, TimeProvider.System);
        // Clients first, within their own time; what else stops, and writes files, has its own after that.
        _proxy.Lifetime.StopApplication();
        using (var drain = new CancellationTokenSource(_listen.Stopping.DrainTime, TimeProvider.System))
            await _proxy.Services.GetRequiredService<IServer>().StopAsync(drain.Token);
        await _proxy.StopAsync();
        await _admin.StopAsync();
        if (_registry is not null)
            await _registry.StopAsync();
    }

    public ValueTask DisposeAsync() => DisposeAllAsync(_admin, _proxy, _registry, _metrics, _export);

    private static async ValueTask DisposeAllAsync(WebApplication? admin, WebApplication? proxy, RegistryServer? registry, MetricCollector? metrics, OtlpExport? export)
    {
        if (admin is not null)
            await admin.DisposeAsync();
        if (proxy is not null)
            await proxy.DisposeAsync();
        if (registry is not null)
            await registry.DisposeAsync();
        metrics?.Dispose();
        export?.Dispose();
    }

    private static WebApplicationBuilder ProxyBuilder(LoadedConfiguration loaded, ListenSockets sockets, ILoggerFactory loggers)
    {
        ProxyConfiguration proxy = loaded.Configuration.Proxy;
        IReadOnlyList<Func<IServiceProvider, Func<ConnectionDelegate, ConnectionDelegate>>> around = AroundConnections(proxy);
        List<Listener> listeners = [new(proxy.Listen) { Around = around }];
        if (proxy.Http2Listen is { } http2)
            listeners.Add(new(http2, HttpProtocols.Http2) { Around = around });
        if (proxy.TlsListen is { } tls)
            listeners.Add(new(tls, HttpProtocols.Http1AndHttp2, proxy.Tls) { Around = around });
        WebApplicationBuilder builder = BareBuilder.Create(loaded.Root, loggers, loaded.Configuration.Io, listeners);
        builder.Limit(proxy.Limits);
        builder.ListenOn(sockets);
        builder.Services.AddSingleton<Draining>();
        builder.Services.AddMetrics();
        builder.Services.AddSingleton<ConnectionMetrics>();
        builder.Services.AddSingleton(services => new ClientConnections(proxy.Limits.ConnectionsPerClient, proxy.TrustedNetworks, services.GetRequiredService<ConnectionMetrics>()));
        if (proxy.Tls is { } handshakes)
        {
            builder.Services.AddSingleton(handshakes);
            builder.Services.AddHostedService<CertificateReloader>();
        }

        return builder;
    }

    /// <summary>Nothing unless it is configured: each costs every connection a little.</summary>
    private static List<Func<IServiceProvider, Func<ConnectionDelegate, ConnectionDelegate>>> AroundConnections(ProxyConfiguration proxy)
    {
        List<Func<IServiceProvider, Func<ConnectionDelegate, ConnectionDelegate>>> around = [];
        if (!proxy.ProxyProtocolNetworks.IsEmpty)
            around.Add(services => new ProxyProtocol(proxy.ProxyProtocolNetworks, services.GetRequiredService<ConnectionMetrics>(), TimeProvider.System).Around);
        if (proxy.Limits.ConnectionsPerClient > 0)
            around.Add(services => services.GetRequiredService<ClientConnections>().Around);
        return around;
    }

    private static async Task<WebApplication> BuildProxyAsync(LoadedConfiguration loaded, ConsulClientOptions consul, ListenSockets sockets, ILoggerFactory loggers)
    {
        GatewayConfiguration configuration = loaded.Configuration;
        WebApplicationBuilder builder = ProxyBuilder(loaded, sockets, loggers);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(loaded);
        builder.Services.AddSingleton(configuration.Forwarding);
        builder.Services.AddSingleton(_ => new ConsulClient(consul));
        builder.Services.AddSingleton(Options.Create(configuration.Membership));
        builder.Services.AddSingleton(Options.Create(configuration.Publishing));
        builder.Services.AddSingleton(Options.Create(configuration.Coordination));
        builder.Services.AddSingleton(Options.Create(configuration.Rebalancing));
        builder.Services.AddSingleton(Options.Create(configuration.Allocation));
        builder.Services.AddHashBalancerControl();
        builder.Services.AddSingleton<GatewayMetrics>();
        // The admin server and the registry keep .NET's: what they serve is nobody's request.
        builder.Services.AddSingleton(new ActivitySource(OtlpExport.ServerSource));
        if (configuration.AccessLog.Format != AccessLogFormat.Off)
        {
            builder.Services.AddSingleton(services => new AccessLog(
                configuration.AccessLog, services.GetRequiredService<IMeterFactory>(), services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<AccessLog>>(), Console.Out));
            builder.Services.AddHostedService(services => services.GetRequiredService<AccessLog>());
        }

        builder.Services.AddReverseProxy().LoadFromMemory(configuration.Routes, configuration.Clusters).AddHashBalancer();
        if (configuration.AcceptAnnouncements)
            builder.Services.AddHashBalancerAnnouncements();
        builder.Services.AddSingleton<ConfigurationInForce>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ConfigurationInForce>());
        builder.Services.AddHostedService<ConfigurationReloader>();
        // Clients wait already, for this process or another: better a moment longer than an answer that nobody serves.
        if (sockets.Given > 0)
            builder.Services.AddHostedService<FirstNodes>();

        WebApplication app = builder.Build();
        // Its counter stands at 0 where nothing asks for it.
        app.Services.GetRequiredService<ConnectionMetrics>();
        _ = app.Services.GetRequiredService<GatewayMetrics>();
        await app.Services.GetRequiredService<ConfigurationInForce>().ApplyAsync(configuration);
        if (app.Services.GetService<AccessLog>() is { } log)
        {
            app.Services.GetRequiredService<RequestObserver>().RecordAll();
            app.Use(log.Invoke);
        }

        ClientAddress.Use(app, configuration.Proxy.TrustedNetworks);
        configuration.Proxy.HttpsOnly.Use(app);
        // Said here, else the application routes before everything, and a route that short-circuits never comes by.
        app.UseRouting();
        // Said here, too, else it comes before everything: past it goes every route that asks for no authorization.
        app.UseAuthorization();
        app.MapReverseProxy(pipeline =>
        {
            pipeline.Use(StreamingCalls.WithoutLeastRate);
            pipeline.Use(app.Services.GetRequiredService<Draining>().EndConnections);
            pipeline.UseHashBalancer(forwardsDirectly: true);
            pipeline.UseSessionAffinity();
            pipeline.UseLoadBalancing();
            pipeline.UsePassiveHealthChecks();
        }).ConfigureEndpoints(PlainRoutes.ShortCircuit);
        return app;
    }
}
