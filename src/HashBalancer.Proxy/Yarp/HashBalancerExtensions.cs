using System.Security.Cryptography;
using HashBalancer.Ring;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

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
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SnapshotStore>();
        services.TryAddSingleton<LoadTable>();
        services.TryAddSingleton<PoolPolicies>();
        foreach (IHashKeyKind kind in BuiltInKinds.All)
            services.TryAddEnumerable(new ServiceDescriptor(typeof(IHashKeyKind), kind));
        services.TryAddSingleton<HashKeyParser>();
        services.TryAddSingleton(_ => new SeededSequence(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))));
        services.TryAddSingleton<NodeSelector>();
        services.TryAddSingleton<ProxyMetrics>();
        services.AddHostedService<HotKeyReviser>();
        return builder;
    }

    /// <summary>Serves the clusters that have a pool (see <see cref="PoolPolicies"/>). Place it first in the pipeline given to
    /// <c>MapReverseProxy</c>, before <c>UseSessionAffinity</c> and <c>UseLoadBalancing</c>, which serve all other clusters.</summary>
    /// <exception cref="InvalidOperationException"><see cref="AddHashBalancer"/> was not called.</exception>
    public static IReverseProxyApplicationBuilder UseHashBalancer(this IReverseProxyApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ApplicationServices.GetService<NodeSelector>() is null)
            throw new InvalidOperationException($"{nameof(UseHashBalancer)} needs services that are not registered: call AddReverseProxy().{nameof(AddHashBalancer)}() first.");
        app.UseMiddleware<SelectionMiddleware>();
        return app;
    }
}
