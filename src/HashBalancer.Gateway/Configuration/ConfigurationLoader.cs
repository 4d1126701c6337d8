using System.Collections.Frozen;
using System.Collections.Immutable;
using HashBalancer.Consul;
using HashBalancer.Control;
using HashBalancer.Proxy;
using HashBalancer.Registry;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.Json;
using Yarp.ReverseProxy.Configuration;

namespace HashBalancer.Gateway.Configuration;

/// <summary>Reads the whole configuration and reports all of its faults at once.</summary>
internal static class ConfigurationLoader
{
    /// <summary>The sections that belong to the gateway.</summary>
    public static readonly string[] TopLevelKeys = [HashBalancerOptions.Section, YarpConfiguration.Section, "Logging"];

    /// <summary>The checked configuration, or null and every fault found. Nothing of a faulty configuration takes effect.</summary>
    public static async Task<(GatewayConfiguration? Configuration, IReadOnlyList<ConfigurationError> Errors)> LoadAsync(IConfigurationRoot root)
    {
        List<ConfigurationError> errors = [];
        CheckTopLevel(root, errors);

        IConfigurationSection section = root.GetSection(HashBalancerOptions.Section);
        KeyWalker.Check(section, typeof(HashBalancerOptions), errors);
        HashBalancerOptions options = Bind(section, errors);

        ProxyConfiguration? proxy = ProxyConfiguration.Read(options.Proxy, errors);
        AdminConfiguration? admin = AdminConfiguration.Read(options.Admin, errors);
        RegistryOptions? registry = Registry(options.Registry, errors);
        ConsulClientOptions? consul = Consul(options.Consul, errors);
        if (options.Consul.IsEmbedded && options.Proxy.HandoverSocket is not null)
            errors.Add(new($"{HashBalancerOptions.Section}:Proxy:HandoverSocket", "needs a registry that outlives this process: name a Consul agent with HashBalancer:Consul:Address."));
        errors.AddRange(options.Membership.Validate().Concat(options.Publishing.Validate()).Concat(options.Coordination.Validate()).Concat(options.Rebalancing.Validate())
            .Concat(options.Telemetry.Validate()).Concat(options.AccessLog.Validate()).Concat(options.Allocation.Validate()).Select(ConfigurationError.Parse));
        (ImmutableArray<PoolDefinition> pools, FrozenDictionary<string, PoolPolicy> policies) = PoolConfiguration.Read(options.Pools, options.Zone, errors);
        FrozenDictionary<string, AllocatedPool> allocated = AllocationConfiguration.Read(options, errors);
        // A faulty pool is one all the same: routes that lead to it are not at fault.
        (IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters) = await YarpConfiguration.ReadAsync(root, options.Pools.Keys, errors);

        if (errors.Count > 0)
            return (null, [.. errors.Distinct().OrderBy(e => e.Key, StringComparer.Ordinal)]);
        return (new GatewayConfiguration
        {
            Proxy = proxy!,
            Forwarding = new ForwardingSettings { Mode = options.Proxy.Forwarding },
            Io = options.Proxy.Io,
            Admin = admin!,
            Registry = consul is null ? registry : null,
            Consul = consul,
            Membership = options.Membership,
            Publishing = options.Publishing,
            Coordination = options.Coordination,
            Rebalancing = options.Rebalancing,
            Telemetry = options.Telemetry,
            AccessLog = options.AccessLog,
            Allocation = options.Allocation,
            Allocated = allocated,
            AcceptAnnouncements = options.Announcements.Accept,
            Pools = pools,
            Policies = policies,
            SlowStarts = options.Pools.Where(pool => pool.Value.SlowStart > TimeSpan.Zero)
                .ToFrozenDictionary(pool => pool.Key, pool => pool.Value.SlowStart, StringComparer.OrdinalIgnoreCase),
            Routes = routes,
            Clusters = clusters,
        }, []);
    }

    // The environment holds variables of everybody else, so only files and the command line are held against the known sections.
    private static void CheckTopLevel(IConfigurationRoot root, List<ConfigurationError> errors)
    {
        IEnumerable<string> keys = root.Providers
            .Where(provider => provider is JsonConfigurationProvider or CommandLineConfigurationProvider)
            .SelectMany(provider => provider.GetChildKeys([], null))
            .Distinct(StringComparer.OrdinalIgnoreCase);
        foreach (string key in keys)
        {
            if (!TopLevelKeys.Contains(key, StringComparer.OrdinalIgnoreCase) && key != "$schema")
                errors.Add(new(key, $"is not a known section.{NearestName.Hint(key, TopLevelKeys)} Allowed: {string.Join(", ", TopLevelKeys)}."));
        }
    }

    /// <summary>Binds all but the values found faulty already, so that one of the wrong kind does not hide the faults in the others.</summary>
    private static HashBalancerOptions Bind(IConfigurationSection section, List<ConfigurationError> errors)
    {
        HashSet<string> faulty = new(errors.Select(error => error.Key), StringComparer.OrdinalIgnoreCase);
        IEnumerable<KeyValuePair<string, string?>> values = section.AsEnumerable()
            .Where(pair => pair.Key.Length > section.Path.Length && !faulty.Contains(pair.Key))
            .Select(pair => new KeyValuePair<string, string?>(pair.Key[(section.Path.Length + 1)..], pair.Value));
        var options = new HashBalancerOptions();
        new ConfigurationBuilder().AddInMemoryCollection(values).Build().Bind(options);
        return options;
    }

    private static RegistryOptions? Registry(RegistrySettings settings, List<ConfigurationError> errors)
    {
        const string Section = $"{HashBalancerOptions.Section}:Registry";
        if (ProxyConfiguration.ReadListen($"{Section}:Listen", settings.Listen, errors) is not { } listen)
            return null;
        RegistryOptions registry = settings.ToRegistryOptions(listen);
        errors.AddRange(registry.Validate().Select(fault => ConfigurationError.Parse($"{Section}:{fault}")));
        return registry;
    }

    private static ConsulClientOptions? Consul(ConsulOptions options, List<ConfigurationError> errors)
    {
        if (options.IsEmbedded)
            return null;
        ConsulClientOptions client = options.ToClientOptions();
        errors.AddRange(client.Validate($"{HashBalancerOptions.Section}:Consul").Select(ConfigurationError.Parse));
        return client;
    }
}
