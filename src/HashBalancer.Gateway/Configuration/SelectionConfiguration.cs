using System.Globalization;
using HashBalancer.Proxy;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Configuration;

/// <summary>Reads how a pool chooses its nodes.</summary>
internal static class SelectionConfiguration
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestSlowStart = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestStream = TimeSpan.FromHours(24);

    /// <summary>The policy without its hash keys; null when an error was added.</summary>
    public static PoolPolicy? Read(string key, PoolOptions pool, string? zone, List<ConfigurationError> errors)
    {
        int before = errors.Count;
        Require(pool.BoundFactor is 0 or (>= 1 and <= 100), nameof(pool.BoundFactor), Text(pool.BoundFactor), "0 (no bound) and 1 to 100");
        Require(pool.BoundSlack is >= 0 and <= 100, nameof(pool.BoundSlack), Text(pool.BoundSlack), "0 to 100");
        Require(pool.AffinityWait >= TimeSpan.Zero && pool.AffinityWait <= LongestWait, nameof(pool.AffinityWait), $"{pool.AffinityWait}", $"00:00:00 to {LongestWait}");
        Require(pool.AffinitySkips is >= 1 and <= 1_000_000, nameof(pool.AffinitySkips), Text(pool.AffinitySkips), "1 to 1000000");
        Require(pool.SlowStart >= TimeSpan.Zero && pool.SlowStart <= LongestSlowStart, nameof(pool.SlowStart), $"{pool.SlowStart}", $"00:00:00 to {LongestSlowStart}");
        Require(pool.StreamDrainTime >= TimeSpan.Zero && pool.StreamDrainTime <= LongestStream, nameof(pool.StreamDrainTime), $"{pool.StreamDrainTime}", $"00:00:00 (never ended) to {LongestStream}");
        return errors.Count > before ? null : new PoolPolicy
        {
            Bound = pool.BoundFactor == 0 ? null : new LoadBound(pool.BoundFactor, pool.BoundSlack),
            AffinityWait = pool.AffinityWait == TimeSpan.Zero ? null : new AffinityWait(pool.AffinityWait, pool.AffinitySkips),
            HeedPace = pool.BoundPace,
            StreamDrainTime = pool.StreamDrainTime == TimeSpan.Zero ? null : pool.StreamDrainTime,
            ShareHotKeys = pool.HotKeys,
            ShareUnsafeMethods = pool.HotKeysUnsafeMethods,
            Zone = pool.PreferZone && !string.IsNullOrEmpty(zone) ? zone : null,
        };

        void Require(bool holds, string name, string value, string allowed)
        {
            if (!holds)
                errors.Add(new($"{key}:{name}", $"is '{value}'; allowed are {allowed}."));
        }
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
