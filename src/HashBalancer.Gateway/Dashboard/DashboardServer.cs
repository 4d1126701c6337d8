using HashBalancer.Control;
using HashBalancer.Gateway.Dashboard.Feed;
using HashBalancer.Proxy;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Dashboard;

/// <summary>The dashboard on the admin server: one page, and the feed that it lives on.</summary>
internal static class DashboardServer
{
    /// <summary>Adds what runs as long as the admin server does.</summary>
    public static void AddServices(IServiceCollection services, IServiceProvider gateway)
    {
        services.AddSingleton(provider => new FeedLoop(
            gateway.GetRequiredService<SnapshotStore>(), gateway.GetRequiredService<PoolObserver>(), gateway.GetRequiredService<RebalancingHistory>(),
            gateway.GetRequiredService<FleetView>(), gateway.GetRequiredService<RegistryStatus>(), gateway.GetRequiredService<Leadership>(), gateway.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<FeedLoop>>()));
        services.AddHostedService(provider => provider.GetRequiredService<FeedLoop>());
    }

    /// <summary>Maps the page and the feed.</summary>
    public static void Map(WebApplication app, IServiceProvider gateway)
    {
        DashboardAssets.Map(app);
        FeedEndpoint.Map(app, app.Services.GetRequiredService<FeedLoop>(), gateway.GetRequiredService<SnapshotStore>(), app.Lifetime);
    }
}
