using System.Globalization;
using HashBalancer.Consul.Models;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What a service instance says about itself to this product, in its meta or its tags.</summary>
/// <remarks>
/// A setting <c>weight</c> is the meta pair <c>hashbalancer-weight</c> (Consul allows no dot in meta names) or the tag
/// <c>hashbalancer.weight=…</c>; dot, dash and underscore after the prefix mean the same. Meta wins over a tag.
/// </remarks>
internal static class InstanceSettings
{
    public const string Weight = "weight";
    public const string Zone = "zone";

    private const string Prefix = "hashbalancer";
    private const string Separators = ".-_";
    private const int LongestZone = 512; // What Consul allows a meta value.
    private static readonly string[] Known = [Weight, Zone];

    /// <summary>The weight that the instance declares, or null when it declares none or a malformed one.</summary>
    public static double? WeightOf(CatalogServiceInstance service, NodeWarnings warnings)
    {
        if (Find(service, Weight) is not { } found)
            return null;
        if (double.TryParse(found.Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double weight) && weight <= HashRing.MaximumWeight)
            return weight;
        warnings.Add(service.ID, $"{found.Where} is '{ForeignText.Shown(found.Value)}'; allowed are decimals from 0 to {HashRing.MaximumWeight:0}. Its Consul weight is used instead");
        return null;
    }

    /// <summary>The zone that the instance names: its own setting, else the meta pair <c>zone</c>; null when it names none or a malformed one.</summary>
    public static string? ZoneOf(CatalogServiceInstance service, NodeWarnings warnings)
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
    public static void WarnOfUnknown(CatalogServiceInstance service, NodeWarnings warnings)
    {
        foreach (string key in service.Meta?.Keys ?? [])
        {
            if (NameIn(key) is { } name && !IsKnown(name))
                warnings.Add(service.ID, $"meta '{ForeignText.Shown(key)}' is not a setting; there are {string.Join(", ", Known)}");
        }

        foreach (string? tag in service.Tags ?? [])
        {
            int equals = tag?.IndexOf('=', StringComparison.Ordinal) ?? -1;
            if (equals > 0 && NameIn(tag.AsSpan(0, equals)) is { } name && !IsKnown(name))
                warnings.Add(service.ID, $"tag '{ForeignText.Shown(tag)}' is not a setting; there are {string.Join(", ", Known)}");
        }
    }

    private static (string Where, string Value)? Find(CatalogServiceInstance service, string setting)
    {
        foreach ((string key, string value) in service.Meta ?? EmptyMeta)
        {
            if (IsNamed(key, setting))
                return ($"meta '{key}'", value ?? "");
        }

        foreach (string? tag in service.Tags ?? [])
        {
            int equals = tag?.IndexOf('=', StringComparison.Ordinal) ?? -1;
            if (equals > 0 && IsNamed(tag.AsSpan(0, equals), setting))
                return ($"tag '{tag![..equals]}'", tag[(equals + 1)..]);
        }

        return null;
    }

    private static IReadOnlyDictionary<string, string> EmptyMeta { get; } = new Dictionary<string, string>();

    private static bool IsNamed(ReadOnlySpan<char> key, string setting) =>
        key.Length == Prefix.Length + 1 + setting.Length && HasPrefix(key) && key[(Prefix.Length + 1)..].Equals(setting, StringComparison.OrdinalIgnoreCase);

    private static string? NameIn(ReadOnlySpan<char> key) => HasPrefix(key) ? key[(Prefix.Length + 1)..].ToString() : null;

    private static bool HasPrefix(ReadOnlySpan<char> key) =>
        key.Length > Prefix.Length && key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && Separators.Contains(key[Prefix.Length], StringComparison.Ordinal);

    private static bool IsKnown(string name) => Known.Contains(name, StringComparer.OrdinalIgnoreCase);
}
