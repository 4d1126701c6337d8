namespace HashBalancer.Control;

/// <summary>What one gateway measured of one pool.</summary>
/// <param name="Nodes">The nodes that serve.</param>
/// <param name="Slices">The load by place.</param>
internal sealed record PoolSummary(IReadOnlyList<NodeReading> Nodes, SliceRates Slices)
{
    /// <summary>What all gateways measured of it together.</summary>
    /// <remarks>Rates add up; what nodes report of themselves is told to each gateway, and counts by how often.</remarks>
    public static PoolReading Merge(IReadOnlyList<PoolSummary> parts, TimeSpan window) => new(
        [.. parts.SelectMany(p => p.Nodes).GroupBy(n => n.Id, StringComparer.Ordinal).Select(g => MergeNode([.. g]))],
        SliceRates.Merge([.. parts.Select(p => p.Slices)]),
        window);

    private static NodeReading MergeNode(NodeReading[] parts)
    {
        double told = 0, weight = 0;
        foreach (NodeReading part in parts.Where(p => p.Utilisation is not null))
        {
            // A gateway that sends a node nothing hears nothing new of it.
            double share = part.Rate + 1e-9;
            told += share * part.Utilisation!.Value;
            weight += share;
        }

        return new NodeReading(
            parts[0].Id, parts[0].Weight, parts.Sum(p => p.Rate), parts.Sum(p => p.FailureRate), parts.Sum(p => p.ArcRate), parts.Sum(p => p.SharedRate),
            parts.Sum(p => p.InFlight), weight > 0 ? told / weight : null, parts.Max(p => p.Age));
    }
}
