using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What one gateway measured of one pool.</summary>
/// <param name="Nodes">The nodes that serve.</param>
/// <param name="Slices">The load by place.</param>
/// <param name="Window">How long <paramref name="Slices"/> reach back: so long a time's requests stand behind each rate.</param>
internal sealed record PoolSummary(IReadOnlyList<NodeReading> Nodes, SliceRates Slices, TimeSpan Window)
{
    /// <summary>So many frequent keys are told at most: a key that is a tenth of a node's load is among them at up to a hundred nodes and beyond.</summary>
    public const int MostHotKeys = 128;

    /// <summary>The version of the assignment that the nodes' arcs are by: what was measured by another is not what a plan changes.</summary>
    public long AssignmentVersion { get; init; }

    /// <summary>What the gateway counted of frequent keys.</summary>
    public HotKeySummary HotKeys { get; init; } = HotKeySummary.None;

    /// <summary>What all gateways measured of it together.</summary>
    /// <remarks>Rates add up; what nodes report of themselves is told to each gateway, and counts by how often.</remarks>
    public static PoolReading Merge(IReadOnlyList<PoolSummary> parts) => new(
        [.. parts.SelectMany(p => p.Nodes).GroupBy(n => n.Id, StringComparer.Ordinal).Select(g => MergeNode([.. g]))],
        SliceRates.Merge([.. parts.Select(p => p.Slices)]),
        WindowOf(parts))
    {
        IsYoung = parts.All(p => p.Window < PoolMeter.LongestWindow),
        HotKeys = HotKeySummary.Merge(parts.Select(p => p.HotKeys), MostHotKeys),
    };

    /// <summary>What the requests of all stand for together: a gateway that began just now takes as little away as it brings.</summary>
    private static TimeSpan WindowOf(IReadOnlyList<PoolSummary> parts)
    {
        double total = parts.Sum(p => p.Slices.Total);
        return total > 0 ? parts.Aggregate(TimeSpan.Zero, (sum, p) => sum + (p.Window * (p.Slices.Total / total))) : parts.Max(p => p.Window);
    }

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
