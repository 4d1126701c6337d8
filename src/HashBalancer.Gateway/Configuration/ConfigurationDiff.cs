using HashBalancer.Gateway.Admin;

namespace HashBalancer.Gateway.Configuration;

/// <summary>What differs between two readings of the configuration.</summary>
internal static class ConfigurationDiff
{
    private const string Absent = "(none)";

    // Everything else is read once.
    private static readonly string[] Followed = [$"{HashBalancerOptions.Section}:Pools", $"{HashBalancerOptions.Section}:Zone", YarpConfiguration.Section];

    /// <summary>Every key whose value came, went or changed, in order.</summary>
    public static IReadOnlyList<ChangedKey> Of(IConfiguration before, IConfiguration after)
    {
        Dictionary<string, string> was = Values(before), now = Values(after);
        return
        [
            .. was.Keys.Union(now.Keys, StringComparer.OrdinalIgnoreCase)
                .Where(key => was.GetValueOrDefault(key) != now.GetValueOrDefault(key))
                .Order(StringComparer.OrdinalIgnoreCase)
                .Select(key => new ChangedKey(
                    key, Shown(key, was.GetValueOrDefault(key)), Shown(key, now.GetValueOrDefault(key)),
                    Followed.Any(section => key.Equals(section, StringComparison.OrdinalIgnoreCase) || key.StartsWith($"{section}:", StringComparison.OrdinalIgnoreCase)))),
        ];
    }

    private static Dictionary<string, string> Values(IConfiguration configuration)
    {
        Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);
        foreach (string section in ConfigurationLoader.TopLevelKeys)
        {
            foreach ((string key, string? value) in configuration.GetSection(section).AsEnumerable())
            {
                if (value is not null)
                    values[key] = value;
            }
        }

        return values;
    }

    private static string Shown(string key, string? value) =>
        ConfigurationReport.Shown(key, value) ?? Absent;
}

/// <summary>One key that changed.</summary>
/// <param name="Key">The full key path.</param>
/// <param name="Before">Its value before, for people.</param>
/// <param name="After">Its value now, for people.</param>
/// <param name="IsFollowed">Whether the change takes effect without a restart.</param>
internal sealed record ChangedKey(string Key, string Before, string After, bool IsFollowed)
{
    public override string ToString() => $"{Key}: {Before} → {After}";
}
