namespace HashBalancer.Allocation.Model;

/// <summary>Whether a node passes a filter. Pure.</summary>
public static class NodeMatch
{
    /// <summary>Whether everything holds that the filter gives.</summary>
    public static bool Passes(NodeFilter filter, FleetNode node) =>
        PassesByKind(filter, node) && PassesById(filter, node.Id);

    /// <summary>By what nodes of a kind have in common.</summary>
    internal static bool PassesByKind(NodeFilter filter, FleetNode node) =>
        (filter.Labels.Count == 0 || filter.Labels.All(l => node.Labels.TryGetValue(l.Key, out string? value) && value == l.Value))
        && (filter.MinimumCapacity.Count == 0 || filter.MinimumCapacity.All(m => node.Capacity.GetValueOrDefault(m.Key) >= m.Value))
        && (filter.Zones.Count == 0 || filter.Zones.Contains(node.Zone, StringComparer.Ordinal));

    /// <summary>By the node's own name.</summary>
    internal static bool PassesById(NodeFilter filter, string id) =>
        (filter.Nodes.Count == 0 || filter.Nodes.Contains(id, StringComparer.Ordinal)) && !filter.Except.Contains(id, StringComparer.Ordinal);
}
