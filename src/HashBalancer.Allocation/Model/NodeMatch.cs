namespace HashBalancer.Allocation.Model;

/// <summary>Whether a node passes a filter.</summary>
internal static class NodeMatch
{
    public static bool Passes(NodeFilter filter, FleetNode node) =>
        PassesByKind(filter, node) && PassesById(filter, node.Id);

    /// <summary>By what nodes of a kind have in common.</summary>
    public static bool PassesByKind(NodeFilter filter, FleetNode node)
    {
        foreach ((string label, string value) in filter.Labels)
        {
            if (!node.Labels.TryGetValue(label, out string? actual) || actual != value)
                return false;
        }

        foreach ((string resource, decimal minimum) in filter.MinimumCapacity)
        {
            if (node.Capacity.GetValueOrDefault(resource) < minimum)
                return false;
        }

        return filter.Zones.Count == 0 || filter.Zones.Contains(node.Zone, StringComparer.Ordinal);
    }

    /// <summary>By the node's own name.</summary>
    public static bool PassesById(NodeFilter filter, string id) =>
        (filter.Nodes.Count == 0 || filter.Nodes.Contains(id, StringComparer.Ordinal)) && !filter.Except.Contains(id, StringComparer.Ordinal);
}
