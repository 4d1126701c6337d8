using System.Collections.Frozen;
using HashBalancer.Control;

namespace HashBalancer.Gateway.Configuration;

/// <summary>Reads which pools are sized, and checks them as one.</summary>
internal static class AllocationConfiguration
{
    public static FrozenDictionary<string, AllocatedPool> Read(HashBalancerOptions options, List<ConfigurationError> errors)
    {
        Dictionary<string, AllocatedPool> pools = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, PoolOptions pool) in options.Pools)
        {
            errors.AddRange(pool.Allocation.Validate($"{HashBalancerOptions.Section}:Pools:{name}:Allocation").Select(ConfigurationError.Parse));
            if (pool.Allocation.Enabled && !string.IsNullOrWhiteSpace(pool.Service))
                pools.Add(name, new AllocatedPool(pool.Service, pool.Allocation));
        }

        errors.AddRange(AllocatedPools.Validate(options.Allocation, pools).Select(ConfigurationError.Parse));
        return pools.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
