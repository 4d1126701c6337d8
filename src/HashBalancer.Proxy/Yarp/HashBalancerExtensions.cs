using System.Security.Cryptography;
using System.Text;
using HashBalancer.Ring;
using HashBalancer.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;

namespace HashBalancer.Proxy;

/// <summary>Puts HashBalancer into YARP.</summary>
public static class HashBalancerExtensions
{
    /// <summary>Registers the data plane. Singletons for the application: <see cref="SnapshotStore"/>, which the control plane publishes to;
    /// <see cref="LoadTable"/>; <see cref="PoolPolicies"/>; <see cref="HashKeyParser"/>, which knows the built-in kinds of key sources
    /// and every <see cref="IHashKeyKind"/> registered.</summary>
    /// <param name="builder">What <c>AddReverseProxy</c> returned.</param>
    public static IReverseProxyBuilder AddHashBalancer(this IReverseProxyBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.AddMetrics();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ILoadBalancingPolicy, ConsistentHashPolicy>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SnapshotStore>();
        services.TryAddSingleton<LoadTable>();
        services.TryAddSingleton<PoolPolicies>();
        foreach (IHashKeyKind kind in BuiltInKinds.All)
            services.TryAddEnumerable(new ServiceDescriptor(typeof(IHashKeyKind), kind));
        services.TryAddSingleton<HashKeyParser>();
        services.TryAddSingleton(_ => new SeededSequence(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))));
        services.TryAddSingleton<NodeSelector>();
        services.TryAddSingleton(provider => new KeyExplainer(
            provider.GetRequiredService<PoolPolicies>(), provider.GetRequiredService<SnapshotStore>(), provider.GetRequiredService<NodeSelector>()));
        services.TryAddSingleton(provider => new PoolInspector(provider.GetRequiredService<PoolPolicies>(), provider.GetRequiredService<SnapshotStore>()));
        services.TryAddSingleton(provider => new PoolObserver(provider.GetRequiredService<PoolPolicies>()));
        services.TryAddSingleton(provider => new RequestObserver(provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ProxyMetrics>();
        services.TryAddSingleton<TryLedger>();
        services.AddHostedService<PoolReviser>();
        services.AddHostedService<ActiveChecks>();
        services.AddHostedService<NodeWarmer>();
        services.TryAddSingleton<LiveStreams>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, LiveStreams>(provider => provider.GetRequiredService<LiveStreams>()));
        services.TryAddSingleton(new ForwardingSettings());
        if (services.All(service => service.ServiceType != typeof(ConnectionTable)))
            AddForwarder(services);
        return builder;
    }

    /// <summary>Registers <see cref="ConsistentHashPolicy"/> alone, for applications whose destinations are YARP's and that want nothing else of the data plane.</summary>
    /// <param name="builder">What <c>AddReverseProxy</c> returned.</param>
    public static IReverseProxyBuilder AddConsistentHash(this IReverseProxyBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<ILoadBalancingPolicy, ConsistentHashPolicy>());
        return builder;
    }

    /// <summary>Puts the lean path before the forwarder that is registered, which takes what it cannot.</summary>
    private static void AddForwarder(IServiceCollection services)
    {
        ServiceDescriptor stock = services.Last(service => service.ServiceType == typeof(IHttpForwarder) && !service.IsKeyedService);
        services.Remove(stock);
        services.PostConfigure<KestrelServerOptions>(KeepNamesInConnection);
        services.TryAddSingleton<IoWatch>();
        services.TryAddSingleton(provider => provider.GetService<EpollTransport>()?.Connector ?? new SocketConnector(provider.GetRequiredService<IoWatch>()));
        services.AddSingleton<ConnectionTable>();
        services.AddSingleton<ForwardingMetrics>();
        services.AddSingleton<UnixClients>();
        services.AddSingleton<NodeTls>();
        // Whoever makes clients of his own does the handshakes himself.
        if (services.Last(service => service.ServiceType == typeof(IForwarderHttpClientFactory)).ImplementationType == typeof(ForwarderHttpClientFactory))
            services.AddSingleton<IForwarderHttpClientFactory, NodeClientFactory>();
        services.AddSingleton<IProxyConfigFilter, UnixAddressFilter>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<NodeForwarder>(provider, Made(provider, stock)));
        services.AddSingleton<IHttpForwarder>(provider => provider.GetRequiredService<NodeForwarder>());
    }

    private static void KeepNamesInConnection(KestrelServerOptions server)
    {
        Func<string, Encoding?> selector = server.RequestHeaderEncodingSelector;
        server.RequestHeaderEncodingSelector = name => name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase) ? ConnectionFieldEncoding.Instance : selector(name);
    }

    private static IHttpForwarder Made(IServiceProvider provider, ServiceDescriptor service) => (IHttpForwarder)(
        service.ImplementationInstance
        ?? service.ImplementationFactory?.Invoke(provider)
        ?? ActivatorUtilities.CreateInstance(provider, service.ImplementationType!));

    /// <summary>Serves the clusters that have a pool (see <see cref="PoolPolicies"/>). Place it first in the pipeline given to
    /// <c>MapReverseProxy</c>, before <c>UseSessionAffinity</c> and <c>UseLoadBalancing</c>, which serve all other clusters.</summary>
    /// <param name="app">The pipeline.</param>
    /// <param name="forwardsDirectly">Whether requests that the lean path can serve go to their nodes from here, past the middlewares that follow:
    /// a tenth cheaper, and right where no more than YARP's own follow, which have nothing to do for such a request. Default false.</param>
    /// <exception cref="InvalidOperationException"><see cref="AddHashBalancer"/> was not called.</exception>
    public static IReverseProxyApplicationBuilder UseHashBalancer(this IReverseProxyApplicationBuilder app, bool forwardsDirectly = false)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ApplicationServices.GetService<NodeSelector>() is null)
            throw new InvalidOperationException($"{nameof(UseHashBalancer)} needs services that are not registered: call AddReverseProxy().{nameof(AddHashBalancer)}() first.");
        app.UseMiddleware<SelectionMiddleware>(forwardsDirectly);
        return app;
    }
}
