using HashBalancer.Allocation.Model;

namespace HashBalancer.Allocation.Solving;

/// <summary>What makes nodes interchangeable: their amounts, their zone, and the labels that some filter asks for.</summary>
/// <param name="Example">A node of this kind.</param>
/// <param name="Amounts">What a node has, in thousandths.</param>
/// <param name="Zone">The number of its zone.</param>
internal sealed record NodeKind(FleetNode Example, double[] Amounts, int Zone);

/// <summary>Numbers the kinds of nodes and their zones as they come.</summary>
/// <remarks>Finding the kind of a node that is like one before allocates nothing. Not thread-safe.</remarks>
internal sealed class NodeKinds(string[] labelKeys)
{
    private readonly Dictionary<string, int> _zones = new(StringComparer.Ordinal);
    private readonly Dictionary<int, int> _firstByHash = [];
    private readonly List<int> _nextWithSameHash = [];
    private readonly List<NodeKind> _kinds = [];

    /// <summary>The labels that tell kinds apart.</summary>
    public string[] LabelKeys { get; } = labelKeys;

    public int Count => _kinds.Count;

    public int ZoneCount => _zones.Count;

    public NodeKind this[int kind] => _kinds[kind];

    /// <summary>The kind of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="amounts">What it has, in thousandths.</param>
    public int Of(FleetNode node, ReadOnlySpan<long> amounts)
    {
        if (!_zones.TryGetValue(node.Zone, out int zone))
            _zones.Add(node.Zone, zone = _zones.Count);
        int hash = Hash(node, amounts, zone);
        int first = _firstByHash.GetValueOrDefault(hash, -1);
        for (int kind = first; kind >= 0; kind = _nextWithSameHash[kind])
        {
            if (IsLike(_kinds[kind], node, amounts, zone))
                return kind;
        }

        double[] own = new double[amounts.Length];
        for (int r = 0; r < own.Length; r++)
            own[r] = amounts[r];
        _kinds.Add(new NodeKind(node, own, zone));
        _nextWithSameHash.Add(first);
        _firstByHash[hash] = _kinds.Count - 1;
        return _kinds.Count - 1;
    }

    private int Hash(FleetNode node, ReadOnlySpan<long> amounts, int zone)
    {
        var hash = new HashCode();
        hash.Add(zone);
        foreach (long amount in amounts)
            hash.Add(amount);
        foreach (string key in LabelKeys)
            hash.Add(node.Labels.GetValueOrDefault(key), StringComparer.Ordinal);
        return hash.ToHashCode();
    }

    private bool IsLike(NodeKind kind, FleetNode node, ReadOnlySpan<long> amounts, int zone)
    {
        if (kind.Zone != zone)
            return false;
        for (int r = 0; r < amounts.Length; r++)
        {
            if (kind.Amounts[r] != amounts[r])
                return false;
        }

        foreach (string key in LabelKeys)
        {
            if (kind.Example.Labels.GetValueOrDefault(key) != node.Labels.GetValueOrDefault(key))
                return false;
        }

        return true;
    }
}
