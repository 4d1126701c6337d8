using System.Globalization;
using HashBalancer.Consul.Models;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What a service instance says about itself to this product, in its meta or its tags; meta wins over a tag.</summary>
internal static class InstanceSettings
{
    public const string Weight = "weight";
    public const string Zone = "zone";
    public const string Scheme = "scheme";

    /// <summary>A setting of the whole service: in tags alone, because the catalog lists services with their tags alone.</summary>
    public const string Route = "route";

    /// <inheritdoc cref="Route"/>
    public const string HashKeys = "hash-keys";

    private const int LongestZone = 512; // What Consul allows a meta value.
    private static readonly string[] InMeta = [Scheme, Weight, Zone];
    private static readonly string[] InTags = [HashKeys, Route, Scheme, Weight, Zone];

    /// <summary>The weight that the instance declares, or null when it declares none or a malformed one.</summary>
    public static double? WeightOf(CatalogServiceInstance service, Warnings warnings)
    {
        if (Find(service, Weight) is not { } found)
            return null;
        if (double.TryParse(found.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double weight) && weight <= HashRing.MaximumWeight)
            return weight;
        warnings.Add(service.ID, $"{found.Where} is '{ForeignText.Shown(found.Value)}'; allowed are decimals from 0 to {HashRing.MaximumWeight:0}. Its Consul weight is used instead");
        return null;
    }

    /// <summary>Whether the instance says that it is reached by TLS, <c>https</c>, or without, <c>http</c>; null when it says nothing or something else.</summary>
    public static bool? IsTls(CatalogServiceInstance service, Warnings warnings)
    {
        if (Find(service, Scheme) is not { } found)
            return null;
        if (found.Value.Equals("https", StringComparison.OrdinalIgnoreCase))
            return true;
        if (found.Value.Equals("http", StringComparison.OrdinalIgnoreCase))
            return false;
        warnings.Add(service.ID, $"{found.Where} is '{ForeignText.Shown(found.Value)}'; allowed are http and https. The pool's own is used instead");
        return null;
    }

    /// <summary>The zone that the instance names: its own setting, else the meta pair <c>zone</c>; null when it names none or a malformed one.</summary>
    public static string? ZoneOf(CatalogServiceInstance service, Warnings warnings)
    {
        (string Where, string Value)? found = Find(service, Zone);
        if (found is null && service.Meta?.TryGetValue(Zone, out string? plain) == true && !string.IsNullOrEmpty(plain))
            found = ($"meta '{Zone}'", plain);
        if (found is not { } zone)
            return null;
        if (ForeignText.FaultOf(zone.Value, LongestZone) is not { } fault)
            return zone.Value;
        warnings.Add(service.ID, $"{zone.Where} {fault}; allowed are 1 to {LongestZone} characters, none of them a control character. The node has no zone");
        return null;
    }

    /// <summary>Warns of settings that nothing reads: most often a misspelt name.</summary>
    public static void WarnOfUnknown(CatalogServiceInstance service, Warnings warnings)
    {
        foreach (string key in service.Meta?.Keys ?? [])
        {
            if (SettingTag.NameIn(key) is { } name && !InMeta.Contains(name, StringComparer.OrdinalIgnoreCase))
                warnings.Add(service.ID, $"meta '{ForeignText.Shown(key)}' is not a setting; there are {string.Join(", ", InMeta)}");
        }

        foreach (string? tag in service.Tags ?? [])
        {
            if (SettingTag.TryParse(tag, out string name, out _) && !InTags.Contains(name, StringComparer.OrdinalIgnoreCase))
                warnings.Add(service.ID, $"tag '{ForeignText.Shown(tag)}' is not a setting; there are {string.Join(", ", InTags)}");
        }
    }

    private static (string Where, string Value)? Find(CatalogServiceInstance service, string setting)
    {
        foreach ((string key, string value) in service.Meta ?? EmptyMeta)
        {
            if (string.Equals(SettingTag.NameIn(key), setting, StringComparison.OrdinalIgnoreCase))
                return ($"meta '{key}'", value ?? "");
        }

        foreach (string? tag in service.Tags ?? [])
        {
            if (SettingTag.TryParse(tag, out string name, out string value) && name.Equals(setting, StringComparison.OrdinalIgnoreCase))
                return ($"tag '{tag![..tag.IndexOf('=', StringComparison.Ordinal)]}'", value);
        }

        return null;
    }

    private static IReadOnlyDictionary<string, string> EmptyMeta { get; } = new Dictionary<string, string>();
}
