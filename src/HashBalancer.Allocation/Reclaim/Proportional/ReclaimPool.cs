namespace HashBalancer.Allocation.Reclaim.Proportional;

/// <summary>A pool as <see cref="ProportionalReclaim"/> sees it: whole units of one resource.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Guaranteed">Its guarantee.</param>
/// <param name="Parent">The pool above it; null at the top.</param>
public sealed record ReclaimPool(string Name, long Guaranteed, string? Parent = null)
{
    /// <summary>What it never gets more of. Default unlimited.</summary>
    public long Maximum { get; init; } = long.MaxValue;

    /// <summary>What it holds; of a parent, what its children hold.</summary>
    public long Used { get; init; }

    /// <summary>What it asks for beyond that; of a parent, what its children ask for.</summary>
    public long Pending { get; init; }

    /// <summary>Among pools on the same side of their guarantee the higher is served first. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>Whether anything may be taken from it; false holds for all below it too. Default true.</summary>
    public bool Reclaimable { get; init; } = true;
}
