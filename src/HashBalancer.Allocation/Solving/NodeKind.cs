using HashBalancer.Allocation.Model;

namespace HashBalancer.Allocation.Solving;

/// <summary>What makes nodes interchangeable: their amounts, their zone, and the labels that some filter asks for.</summary>
internal sealed class NodeKind : IEquatable<NodeKind>
{
    private readonly long[] _amounts;
    private readonly string _labels;

    public NodeKind(FleetNode example, long[] amounts, string labels)
    {
        Example = example;
        _amounts = amounts;
        _labels = labels;
    }

    /// <summary>A node of this kind.</summary>
    public FleetNode Example { get; }

    public bool Equals(NodeKind? other) =>
        other is not null && Example.Zone == other.Example.Zone && _labels == other._labels && _amounts.AsSpan().SequenceEqual(other._amounts);

    public override bool Equals(object? obj) => Equals(obj as NodeKind);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Example.Zone, StringComparer.Ordinal);
        hash.Add(_labels, StringComparer.Ordinal);
        foreach (long amount in _amounts)
            hash.Add(amount);
        return hash.ToHashCode();
    }
}
