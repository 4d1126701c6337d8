using System.Collections;
using System.Globalization;
using System.Reflection;
using HashBalancer.Gateway.Configuration;

namespace HashBalancer.Gateway.Admin;

/// <summary>One key of the configuration.</summary>
/// <param name="Key">Its path, such as <c>HashBalancer:Proxy:Listen</c>.</param>
/// <param name="Value">What it is; secrets are masked; null: none.</param>
/// <param name="IsDefault">Whether nobody gave it.</param>
internal sealed record Setting(string Key, string? Value, bool IsDefault);

/// <summary>The configuration in force: what was given, and the defaults of what was not.</summary>
internal static class ConfigurationReport
{
    /// <summary>What stands in the place of a secret.</summary>
    public const string Masked = "********";

    private static readonly string[] GivenSections = ["ReverseProxy", "Logging"];
    private static readonly string[] SecretNames = ["token", "password", "secret", "apikey", "otlp:headers"];

    /// <summary>Every key, in order.</summary>
    public static Setting[] Of(IConfiguration root)
    {
        IConfigurationSection section = root.GetSection(HashBalancerOptions.Section);
        var options = new HashBalancerOptions();
        section.Bind(options);
        List<Setting> settings = [];
        Walk(options, section, settings);
        foreach (string name in GivenSections)
        {
            settings.AddRange(root.GetSection(name).AsEnumerable()
                .Where(pair => pair.Value is not null)
                .Select(pair => new Setting(pair.Key, Shown(pair.Key, pair.Value), IsDefault: false)));
        }

        return [.. settings.OrderBy(setting => setting.Key, StringComparer.Ordinal)];
    }

    private static void Walk(object value, IConfigurationSection section, List<Setting> settings)
    {
        foreach (PropertyInfo property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(one => one.SetMethod is { IsPublic: true }))
            Add(property.GetValue(value), section.GetSection(property.Name), settings);
    }

    private static void Add(object? value, IConfigurationSection section, List<Setting> settings)
    {
        switch (value)
        {
            case IDictionary { Count: > 0 } map:
                foreach (DictionaryEntry entry in map)
                    Add(entry.Value, section.GetSection(entry.Key.ToString()!), settings);
                break;
            case not null when value.GetType().Namespace?.StartsWith("HashBalancer", StringComparison.Ordinal) == true && !value.GetType().IsEnum:
                Walk(value, section, settings);
                break;
            default:
                settings.Add(new Setting(section.Path, Shown(section.Path, TextOf(value)), !section.Exists()));
                break;
        }
    }

    private static string? TextOf(object? value) => value switch
    {
        null => null,
        string text => text,
        IEnumerable list => string.Join(", ", list.Cast<object>()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>A value as it may be shown.</summary>
    public static string? Shown(string key, string? value) => value is { Length: > 0 } && IsSecret(key) ? Masked : WithoutPassword(value);

    /// <summary>Whether a key's value is not for everybody's eyes: tokens and the like, and header values that routes set, which may be some.</summary>
    private static bool IsSecret(string key)
    {
        string name = key[(key.LastIndexOf(':') + 1)..];
        return Array.Exists(SecretNames, secret => key.EndsWith(secret, StringComparison.OrdinalIgnoreCase))
            || (key.Contains(":Transforms:", StringComparison.OrdinalIgnoreCase) && name is "Set" or "Append");
    }

    /// <summary>An address without what stands before its host.</summary>
    private static string? WithoutPassword(string? value) =>
        value is not null && Uri.TryCreate(value, UriKind.Absolute, out Uri? address) && address.UserInfo.Length > 0
            ? value.Replace(address.UserInfo + "@", Masked + "@", StringComparison.Ordinal)
            : value;
}
