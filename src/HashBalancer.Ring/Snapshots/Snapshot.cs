using System.Collections.Frozen;

namespace HashBalancer.Ring;

/// <summary>One immutable version of everything the request path reads.</summary>
/// <remarks>Thread-safe. A request takes the current one once and keeps it to its end.</remarks>
/// <param name="Version">Counts up by one with every snapshot published by this process; 0 is the empty one.</param>
/// <param name="Pools">The pools by name, compared without regard to case, as YARP compares cluster ids.</param>
public sealed record Snapshot(long Version, FrozenDictionary<string, PoolSnapshot> Pools)
{
    /// <summary>The snapshot before the first publication.</summary>
    public static Snapshot Empty { get; } = new(0, FrozenDictionary<string, PoolSnapshot>.Empty);
}
