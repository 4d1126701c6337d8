using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>Whether two rows say the same, whatever their indexes: lists and maps count by content, and none equals empty.</summary>
internal static class SameRows
{
    public static bool Nodes(CatalogNode a, CatalogNode b) =>
        a.ID == b.ID && a.Node == b.Node && a.Address == b.Address && a.Datacenter == b.Datacenter
        && Maps(a.TaggedAddresses, b.TaggedAddresses) && Maps(a.Meta, b.Meta);

    public static bool Services(CatalogServiceInstance a, CatalogServiceInstance b) =>
        (a.Kind ?? "") == (b.Kind ?? "") && a.ID == b.ID && a.Service == b.Service && a.Address == b.Address && a.Port == b.Port
        && (a.SocketPath ?? "") == (b.SocketPath ?? "") && a.EnableTagOverride == b.EnableTagOverride && a.Weights == b.Weights
        && Lists(a.Tags, b.Tags) && Maps(a.Meta, b.Meta) && Maps(a.TaggedAddresses, b.TaggedAddresses);

    public static bool Checks(HealthCheck a, HealthCheck b) =>
        a.Node == b.Node && a.CheckID == b.CheckID && a.Name == b.Name && a.Status == b.Status && a.Notes == b.Notes && a.Output == b.Output
        && a.ServiceID == b.ServiceID && a.ServiceName == b.ServiceName && a.Type == b.Type && a.Interval == b.Interval
        && a.Timeout == b.Timeout && Lists(a.ServiceTags, b.ServiceTags) && Definitions(a.Definition, b.Definition);

    public static bool Lists<T>(IReadOnlyList<T>? a, IReadOnlyList<T>? b) => (a ?? []).SequenceEqual(b ?? []);

    private static bool Maps<T>(IReadOnlyDictionary<string, T>? a, IReadOnlyDictionary<string, T>? b)
    {
        if (a is null or { Count: 0 } || b is null or { Count: 0 })
            return (a?.Count ?? 0) == (b?.Count ?? 0);
        return a.Count == b.Count
            && a.All(pair => b.TryGetValue(pair.Key, out T? other) && EqualityComparer<T>.Default.Equals(pair.Value, other));
    }

    private static bool Definitions(HealthCheckDefinition? a, HealthCheckDefinition? b)
    {
        a ??= HealthCheckDefinition.None;
        b ??= HealthCheckDefinition.None;
        if (a with { Header = null } != b with { Header = null })
            return false;
        IReadOnlyDictionary<string, IReadOnlyList<string>> x = a.Header ?? EmptyHeader;
        IReadOnlyDictionary<string, IReadOnlyList<string>> y = b.Header ?? EmptyHeader;
        return x.Count == y.Count && x.All(pair => y.TryGetValue(pair.Key, out IReadOnlyList<string>? other) && Lists(pair.Value, other));
    }

    private static readonly Dictionary<string, IReadOnlyList<string>> EmptyHeader = [];
}
