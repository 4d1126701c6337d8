using HashBalancer.Consul;
using HashBalancer.Control;
using HashBalancer.Gateway.Admin;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Gateway.Telemetry.Exposition;
using HashBalancer.Gateway.Tls;
using HashBalancer.Proxy;
using HashBalancer.Registry;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace HashBalancer.Gateway.Hosting;

/// <summary>
/// The running gateway: the embedded registry if there is one, the control plane, the proxy and the admin endpoints, started
/// in this order and stopped in the opposite one.
/// </summary>
internal sealed class GatewayServer : IAsyncDisposable
{
    private readonly RegistryServer? _registry;
    private readonly WebApplication _proxy;
    private readonly WebApplication _admin;
    private readonly MetricCollector _metrics;
    private readonly ProxyConfiguration _listen;

    private GatewayServer(
        RegistryServer? registry, string registryAddress, WebApplication proxy, ProxyConfiguration listen, WebApplication admin, MetricCollector metrics)
    {
        _listen = listen;
        _registry = registry;
        _proxy = proxy;
        _admin = admin;
        _metrics = metrics;
        RegistryAddress = registryAddress;
    }

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

    public SnapshotStore Snapshots => _proxy.Services.GetRequiredService<SnapshotStore>();

    public RegistryStatus RegistryStatus => _proxy.Services.GetRequiredService<RegistryStatus>();

    /// <summary>Starts everything; on a failure what had started is stopped again.</summary>
    public static async Task<GatewayServer> StartAsync(LoadedConfiguration loaded, CancellationToken stop)
    {
        GatewayConfiguration configuration = loaded.Configuration;
        // First of all, so that no instrument's first measurements are missed.
        var metrics = new MetricCollector();
        RegistryServer? registry = null;
        WebApplication? proxy = null, admin = null;
        try
        {
            var levels = new LogLevels(loaded.Root.GetSection("Logging"));
            ILoggerFactory loggers = GatewayLogging.CreateFactory(levels);
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
            proxy = await BuildProxyAsync(loaded, consul, loggers);
            admin = AdminApplication.Build(configuration.Admin, proxy.Services, metrics, levels, loaded.Root, loggers);
            await proxy.StartAsync(stop);
            await admin.StartAsync(stop);
            return new GatewayServer(registry, consul.AllAddresses.First(), proxy, configuration.Proxy, admin, metrics);
        }
        catch
        {
            await DisposeAllAsync(admin, proxy, registry, metrics);
            throw;
        }
    }

    /// <summary>Stops taking requests, lets those in flight finish within the host's shutdown time, then stops the rest.</summary>
    public async Task StopAsync()
    {
        await _proxy.StopAsync();
        await _admin.StopAsync();
        if (_registry is not null)
            await _registry.StopAsync();
    }

    public ValueTask DisposeAsync() => DisposeAllAsync(_admin, _proxy, _registry, _metrics);

    private static async ValueTask DisposeAllAsync(WebApplication? admin, WebApplication? proxy, RegistryServer? registry, MetricCollector metrics)
    {
        if (admin is not null)
            await admin.DisposeAsync();
        if (proxy is not null)
            await proxy.DisposeAsync();
        if (registry is not null)
            await registry.DisposeAsync();
        metrics.Dispose();
    }

    private static WebApplicationBuilder ProxyBuilder(LoadedConfiguration loaded, ILoggerFactory loggers)
    {
        ProxyConfiguration proxy = loaded.Configuration.Proxy;
        List<Listener> listeners = [new(proxy.Listen)];
        if (proxy.Http2Listen is { } http2)
            listeners.Add(new(http2, HttpProtocols.Http2));
        if (proxy.TlsListen is { } tls)
            listeners.Add(new(tls, HttpProtocols.Http1AndHttp2, proxy.Certificate));
        WebApplicationBuilder builder = BareBuilder.Create(loaded.Root, loggers, loaded.Configuration.Io, listeners);
        if (proxy.Certificate is { } certificate)
        {
            builder.Services.AddSingleton(certificate);
            builder.Services.AddHostedService<CertificateReloader>();
        }

        return builder;
    }

    private static async Task<WebApplication> BuildProxyAsync(LoadedConfiguration loaded, ConsulClientOptions consul, ILoggerFactory loggers)
    {
        GatewayConfiguration configuration = loaded.Configuration;
        WebApplicationBuilder builder = ProxyBuilder(loaded, loggers);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(loaded);
        builder.Services.AddSingleton(configuration.Forwarding);
        builder.Services.AddSingleton(_ => new ConsulClient(consul));
        builder.Services.AddSingleton(Options.Create(configuration.Membership));
        builder.Services.AddSingleton(Options.Create(configuration.Publishing));
        builder.Services.AddSingleton(Options.Create(configuration.Coordination));
        builder.Services.AddSingleton(Options.Create(configuration.Rebalancing));
        builder.Services.AddHashBalancerControl();
        builder.Services.AddReverseProxy().LoadFromMemory(configuration.Routes, configuration.Clusters).AddHashBalancer();
        if (configuration.AcceptAnnouncements)
            builder.Services.AddHashBalancerAnnouncements();
        builder.Services.AddSingleton<ConfigurationInForce>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ConfigurationInForce>());
        builder.Services.AddHostedService<ConfigurationReloader>();

        WebApplication app = builder.Build();
        await app.Services.GetRequiredService<ConfigurationInForce>().ApplyAsync(configuration);
        ClientAddress.Use(app, configuration.Proxy.TrustedNetworks);
        app.MapReverseProxy(pipeline =>
        {
            pipeline.Use(StreamingCalls.WithoutLeastRate);
            pipeline.UseHashBalancer(forwardsDirectly: true);
            pipeline.UseSessionAffinity();
            pipeline.UseLoadBalancing();
            pipeline.UsePassiveHealthChecks();
        }).ConfigureEndpoints(PlainRoutes.ShortCircuit);
        return app;
    }
}
