using System.Collections.Frozen;
using System.Collections.Immutable;
using HashBalancer.Control;
using HashBalancer.Proxy;

namespace HashBalancer.Gateway.Configuration;

/// <summary>Reads <c>HashBalancer:Pools</c>: who is in a pool goes to the control plane, how it is keyed to the data plane.</summary>
internal static class PoolConfiguration
{
    public static (ImmutableArray<PoolDefinition> Pools, FrozenDictionary<string, PoolPolicy> Policies) Read(
        Dictionary<string, PoolOptions> options, string? zone, List<ConfigurationError> errors)
    {
        List<PoolDefinition> pools = [];
        Dictionary<string, PoolPolicy> policies = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, PoolOptions pool) in options.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            string key = $"{HashBalancerOptions.Section}:Pools:{name}";
            if (string.IsNullOrWhiteSpace(pool.Service))
                errors.Add(new($"{key}:Service", "is missing; it must name the Consul service whose instances are the pool's nodes."));
            bool parsed = HashKeyChain.TryParse(pool.HashKeys, out HashKeyChain chain, out IReadOnlyList<HashKeyError> faults);
            errors.AddRange(faults.Select(fault => new ConfigurationError(
                $"{key}:HashKeys:{fault.Position}",
                $"is '{fault.Value}': {fault.Problem}{(fault.Nearest is null ? "" : $" Did you mean '{fault.Nearest}'?")} Allowed: {string.Join(", ", fault.Allowed)}.")));
            errors.AddRange(pool.Retry.Validate($"{key}:Retry").Concat(pool.Outliers.Validate($"{key}:Outliers")).Concat(pool.Admission.Validate($"{key}:Admission"))
                .Concat(pool.Connections.Validate($"{key}:Connections")).Concat(pool.Checks.Validate($"{key}:Checks")).Concat(pool.RateLimit.Validate($"{key}:RateLimit"))
                .Concat(pool.Tls.Validate($"{key}:Tls"))
                .Select(ConfigurationError.Parse));
            TrafficConfiguration.Check(key, name, pool, options.Keys, errors);
            PoolPolicy? policy = SelectionConfiguration.Read(key, pool, zone, errors);
            if (policy is null || !parsed || string.IsNullOrWhiteSpace(pool.Service))
                continue;
            pools.Add(new PoolDefinition(name, pool.Service) { OnlyPassing = pool.OnlyPassing, Tls = pool.Tls.Enabled, Tags = pool.Tags, Datacenter = pool.Datacenter });
            policies.Add(name, policy with
            {
                HashKeys = chain,
                Retry = pool.Retry,
                Outliers = pool.Outliers,
                Admission = pool.Admission,
                Connections = pool.Connections,
                Tls = pool.Tls,
                Checks = pool.Checks,
                RateLimit = pool.RateLimit,
                Split = pool.Split.Count == 0 ? null : new TrafficSplit(name, pool.Split),
                Mirror = pool.Mirror.Pool is null ? null : pool.Mirror,
                WarmRequests = pool.Allocation.Enabled ? pool.Allocation.WarmRequests : 0,
            });
        }

        return ([.. pools], policies.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase));
    }
}
