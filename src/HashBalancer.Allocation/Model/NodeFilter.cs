namespace HashBalancer.Allocation.Model;

/// <summary>Which nodes may serve a pool. Everything that is given must hold.</summary>
public sealed record NodeFilter
{
    /// <summary>Labels that a node must carry, with these values.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Zones of which a node must be in one; empty for any.</summary>
    public IReadOnlyList<string> Zones { get; init; } = [];

    /// <summary>What a node must have at least; resources left out do not matter.</summary>
    public IReadOnlyDictionary<string, decimal> MinimumCapacity { get; init; } = new Dictionary<string, decimal>(StringComparer.Ordinal);

    /// <summary>The only nodes that may serve; empty for any.</summary>
    public IReadOnlyList<string> Nodes { get; init; } = [];

    /// <summary>Nodes that may not serve, such as those on which warming failed.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];
}
