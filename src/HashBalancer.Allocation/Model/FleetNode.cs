namespace HashBalancer.Allocation.Model;

/// <summary>A node of the shared fleet, which may serve any pool that it fits.</summary>
/// <param name="Id">Unique, not empty: the Consul ServiceID.</param>
public sealed record FleetNode(string Id)
{
    /// <summary>What it has of every resource; resources left out are 0.</summary>
    public required IReadOnlyDictionary<string, decimal> Capacity { get; init; }

    /// <summary>What fails together with it. Nodes without a zone form one of their own.</summary>
    public string Zone { get; init; } = "";

    /// <summary>What filters look at.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = NoLabels;

    /// <summary>Whether it can serve. A node that cannot leaves its pool without a move.</summary>
    public bool Available { get; init; } = true;

    private static readonly IReadOnlyDictionary<string, string> NoLabels = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Splits a node into equal slots that may serve different pools, named <c>id/0</c>, <c>id/1</c> and so on.</summary>
    /// <param name="slots">1 or more. What does not divide to a thousandth is left over.</param>
    /// <returns>One node for every slot.</returns>
    public IReadOnlyList<FleetNode> Split(int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        Dictionary<string, decimal> part = Capacity.ToDictionary(c => c.Key, c => Math.Floor(c.Value * 1000 / slots) / 1000, StringComparer.Ordinal);
        return [.. Enumerable.Range(0, slots).Select(i => this with { Id = $"{Id}/{i}", Capacity = part })];
    }
}
