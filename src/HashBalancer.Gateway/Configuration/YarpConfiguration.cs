using HashBalancer.Proxy;
using Yarp.ReverseProxy.Configuration;

namespace HashBalancer.Gateway.Configuration;

/// <summary>Reads the section <c>ReverseProxy</c> in YARP's own format and has YARP's own validator check it.</summary>
/// <remarks>
/// YARP would follow the file by itself; the gateway reads it here instead, so that routes, clusters and pools change together
/// or, when any of them is faulty, not at all.
/// </remarks>
internal static class YarpConfiguration
{
    /// <summary>The name of the section.</summary>
    public const string Section = "ReverseProxy";

    /// <summary>The keys of the section.</summary>
    public sealed class Shape
    {
        public Dictionary<string, RouteConfig>? Routes { get; set; }

        public Dictionary<string, ClusterConfig>? Clusters { get; set; }
    }

    public static async Task<(IReadOnlyList<RouteConfig> Routes, IReadOnlyList<ClusterConfig> Clusters)> ReadAsync(
        IConfiguration root, IReadOnlyCollection<string> pools, List<ConfigurationError> errors)
    {
        IConfigurationSection section = root.GetSection(Section);
        int before = errors.Count;
        KeyWalker.Check(section, typeof(Shape), errors);
        if (errors.Count > before)
            return ([], []);

        // A container of its own: YARP's parser and validator are internal and reached through its services only.
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddRouting();
        services.AddReverseProxy().LoadFromConfig(section);
        await using ServiceProvider provider = services.BuildServiceProvider();
        IProxyConfig config;
        try
        {
            config = provider.GetRequiredService<IProxyConfigProvider>().GetConfig();
        }
        catch (Exception error) when (error is FormatException or ArgumentException or InvalidOperationException)
        {
            errors.Add(new(Section, $"cannot be read: {error.Message}"));
            return ([], []);
        }

        IReadOnlyList<ClusterConfig> clusters = [.. config.Clusters, .. ClustersFor(pools, config.Clusters)];
        await ValidateAsync(provider.GetRequiredService<IConfigValidator>(), config.Routes, clusters, errors);
        return (config.Routes, clusters);
    }

    private static IEnumerable<ClusterConfig> ClustersFor(IEnumerable<string> pools, IReadOnlyList<ClusterConfig> configured) =>
        pools
            .Where(pool => !configured.Any(cluster => string.Equals(cluster.ClusterId, pool, StringComparison.OrdinalIgnoreCase)))
            .Select(pool => new ClusterConfig { ClusterId = pool });

    private static async Task ValidateAsync(
        IConfigValidator validator, IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters, List<ConfigurationError> errors)
    {
        foreach (RouteConfig route in routes)
        {
            string key = $"{Section}:Routes:{route.RouteId}";
            errors.AddRange((await validator.ValidateRouteAsync(route)).Select(fault => new ConfigurationError(key, fault.Message)));
            if (route.ClusterId is { } id && !clusters.Any(cluster => string.Equals(cluster.ClusterId, id, StringComparison.OrdinalIgnoreCase)))
            {
                string[] known = [.. clusters.Select(cluster => cluster.ClusterId)];
                errors.Add(new($"{key}:ClusterId", $"is '{id}', which is neither a pool nor a cluster.{NearestName.Hint(id, known)} Known: {string.Join(", ", known)}."));
            }
        }

        foreach (ClusterConfig cluster in clusters)
        {
            errors.AddRange((await validator.ValidateClusterAsync(cluster))
                .Select(fault => new ConfigurationError($"{Section}:Clusters:{cluster.ClusterId}", fault.Message)));
        }
    }
}
