using System.Collections.Frozen;
using HashBalancer.Control;
using HashBalancer.Proxy;
using Yarp.ReverseProxy.Configuration;

namespace HashBalancer.Gateway.Configuration;

/// <summary>Adds the routes and hash keys that services announce in their tags to what is configured. What is configured wins.</summary>
internal static class AnnouncedRoutes
{
    // Behind every configured route, whose order is 0 unless it says otherwise.
    private const int Order = 1_000;

    /// <summary>The configuration with the announcements in it. A faulty announcement is left out and told to <paramref name="warn"/>; it never spoils the others.</summary>
    public static async Task<GatewayConfiguration> MergeAsync(
        GatewayConfiguration configured, IReadOnlyList<ServiceAnnouncement> announcements, IConfigValidator validator, Action<string> warn)
    {
        if (announcements.Count == 0)
            return configured;
        List<PoolDefinition> pools = [.. configured.Pools];
        Dictionary<string, PoolPolicy> policies = new(configured.Policies, StringComparer.OrdinalIgnoreCase);
        List<RouteConfig> routes = [.. configured.Routes];
        List<ClusterConfig> clusters = [.. configured.Clusters];
        Dictionary<(string? Host, string Path), string> taken = [];
        foreach (ServiceAnnouncement announcement in announcements)
        {
            if (PoolFor(announcement, configured, pools, policies, clusters, warn) is not { } pool)
                continue;
            if (policies[pool].HashKeys.Sources.Count == 0)
                policies[pool] = policies[pool] with { HashKeys = KeysOf(announcement, warn) };
            foreach (AnnouncedRoute route in announcement.Routes)
            {
                if (!taken.TryAdd((route.Host, route.Path), announcement.Service))
                    warn($"Service '{announcement.Service}' announces the route '{route.Host}{route.Path}', which service '{taken[(route.Host, route.Path)]}' has; it is left out.");
                else if (await RouteOf(announcement, route, pool, validator, warn) is { } config)
                    routes.Add(config);
            }
        }

        return configured with { Pools = [.. pools], Policies = policies.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase), Routes = routes, Clusters = clusters };
    }

    /// <summary>The pool of the service: the configured one, else one of the service's own name; null when that name is another pool's.</summary>
    private static string? PoolFor(
        ServiceAnnouncement announcement, GatewayConfiguration configured, List<PoolDefinition> pools, Dictionary<string, PoolPolicy> policies,
        List<ClusterConfig> clusters, Action<string> warn)
    {
        if (configured.Pools.FirstOrDefault(pool => pool.Service.Equals(announcement.Service, StringComparison.OrdinalIgnoreCase)) is { } own)
            return own.Name;
        if (announcement.Routes.Count == 0)
            return null;
        var definition = new PoolDefinition(announcement.Service, announcement.Service);
        List<string> faults = [];
        PoolDefinitionValidator.Validate([definition], "Announced", faults);
        if (policies.ContainsKey(announcement.Service) || clusters.Any(cluster => cluster.ClusterId.Equals(announcement.Service, StringComparison.OrdinalIgnoreCase)))
            faults.Add($"a pool or cluster of the name '{announcement.Service}' is there already");
        if (faults.Count > 0)
        {
            warn($"Service '{announcement.Service}' announces routes, which are left out: {string.Join("; ", faults)}.");
            return null;
        }

        pools.Add(definition);
        policies.Add(definition.Name, new PoolPolicy());
        clusters.Add(new ClusterConfig { ClusterId = definition.Name });
        return definition.Name;
    }

    private static HashKeyChain KeysOf(ServiceAnnouncement announcement, Action<string> warn)
    {
        if (!HashKeyChain.TryParse(announcement.HashKeys, out HashKeyChain chain, out IReadOnlyList<HashKeyError> faults))
            warn($"Service '{announcement.Service}' announces hash keys, which are left out: {string.Join(" ", faults)}");
        return chain;
    }

    private static async Task<RouteConfig?> RouteOf(
        ServiceAnnouncement announcement, AnnouncedRoute route, string pool, IConfigValidator validator, Action<string> warn)
    {
        var config = new RouteConfig
        {
            RouteId = $"announced:{announcement.Service}:{route.Host}{route.Path}",
            ClusterId = pool,
            Order = Order,
            Match = new RouteMatch { Path = route.Path, Hosts = route.Host is null ? null : [route.Host] },
        };
        IList<Exception> faults = await validator.ValidateRouteAsync(config);
        if (faults.Count == 0)
            return config;
        warn($"Service '{announcement.Service}' announces the route '{route.Host}{route.Path}', which is left out: {string.Join(" ", faults.Select(fault => fault.Message))}");
        return null;
    }
}
