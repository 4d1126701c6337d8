namespace HashBalancer.Control;

/// <summary>What operators want of the fleet, kept in the registry.</summary>
public sealed record FleetControls
{
    /// <summary>Whether no node may change its pool; moves under way end.</summary>
    public bool Frozen { get; init; }

    /// <summary>Pools that keep what they have.</summary>
    public IReadOnlyList<string> FrozenPools { get; init; } = [];

    /// <summary>Pools from which nothing is taken for others.</summary>
    public IReadOnlyList<string> OptedOut { get; init; } = [];

    /// <summary>The pool that a node belongs to whatever the shares are, by node.</summary>
    public IReadOnlyDictionary<string, string> Pins { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Nothing wanted.</summary>
    public static FleetControls None { get; } = new();
}
