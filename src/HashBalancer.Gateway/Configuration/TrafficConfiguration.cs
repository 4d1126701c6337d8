using HashBalancer.Proxy;

namespace HashBalancer.Gateway.Configuration;

/// <summary>Checks which pools the requests of a pool are split between and copied to.</summary>
internal static class TrafficConfiguration
{
    public static void Check(string key, string name, PoolOptions pool, IReadOnlyCollection<string> pools, List<ConfigurationError> errors)
    {
        foreach ((string to, SplitTarget target) in pool.Split.OrderBy(target => target.Key, StringComparer.Ordinal))
        {
            errors.AddRange(target.Validate($"{key}:Split:{to}").Select(ConfigurationError.Parse));
            if (!pools.Contains(to, StringComparer.OrdinalIgnoreCase))
                errors.Add(new($"{key}:Split:{to}", NoPool(to, pools)));
        }

        if (pool.Split.Count > 0 && new TrafficSplit(name, pool.Split).Targets.Values.All(target => target.Weight <= 0))
            errors.Add(new($"{key}:Split", "leaves requests that no header decides without a pool: one of the weights must be above 0."));

        errors.AddRange(pool.Mirror.Validate($"{key}:Mirror").Select(ConfigurationError.Parse));
        if (pool.Mirror.Pool is not { } mirror)
            return;
        if (mirror.Equals(name, StringComparison.OrdinalIgnoreCase))
            errors.Add(new($"{key}:Mirror:Pool", $"is '{mirror}', the pool itself; it must name another one."));
        else if (!pools.Contains(mirror, StringComparer.OrdinalIgnoreCase))
            errors.Add(new($"{key}:Mirror:Pool", $"is '{mirror}', which {NoPool(mirror, pools)}"));
    }

    private static string NoPool(string name, IReadOnlyCollection<string> pools) =>
        $"names no pool.{NearestName.Hint(name, pools)} Known: {string.Join(", ", pools.Order(StringComparer.Ordinal))}.";
}
