using System.Collections.Immutable;
using System.Globalization;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>Orders of operators, at one moment.</summary>
/// <remarks>Immutable. Pools are compared without regard to case.</remarks>
public sealed record OrderBook
{
    private static readonly ImmutableDictionary<string, double> NoWeights = ImmutableDictionary.Create<string, double>(StringComparer.Ordinal);

    /// <summary>No order.</summary>
    public static OrderBook Empty { get; } = new();

    /// <summary>Weights by pool and node id.</summary>
    public ImmutableDictionary<string, ImmutableDictionary<string, double>> Weights { get; init; } =
        ImmutableDictionary.Create<string, ImmutableDictionary<string, double>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Arcs by pool, in order of position.</summary>
    public ImmutableDictionary<string, ImmutableArray<RingOverride>> Overrides { get; init; } =
        ImmutableDictionary.Create<string, ImmutableArray<RingOverride>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether measured load moves arcs, by pool; under the empty name for all others.</summary>
    public ImmutableDictionary<string, RebalancingMode> Rebalancing { get; init; } =
        ImmutableDictionary.Create<string, RebalancingMode>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Entries that say nothing that can be followed.</summary>
    internal IReadOnlyList<(string Key, string Fault)> Faults { get; init; } = [];

    /// <summary>The weights ordered of a pool's nodes.</summary>
    public ImmutableDictionary<string, double> WeightsOf(string pool) => Weights.GetValueOrDefault(pool, NoWeights);

    /// <summary>The arcs ordered of a pool.</summary>
    public ImmutableArray<RingOverride> OverridesOf(string pool) => Overrides.GetValueOrDefault(pool, []);

    /// <summary>Whether measured load moves a pool's arcs; null: as configured.</summary>
    public RebalancingMode? RebalancingOf(string pool) =>
        Rebalancing.TryGetValue(pool, out RebalancingMode mode) || Rebalancing.TryGetValue("", out mode) ? mode : null;

    /// <summary>Reads the registry's entries; one that cannot be followed is left out, with what is wrong.</summary>
    internal static OrderBook Read(IEnumerable<(string Key, string Value)> entries, CoordinationKeys keys, out List<(string Key, string Fault)> faults)
    {
        OrderBook book = Empty;
        faults = [];
        // In order of key, so that of two arcs that overlap the same one is left out in every gateway.
        foreach ((string key, string value) in entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            (OrderBook? next, string fault) = book.With(keys.PartsOfOrder(key), value);
            book = next ?? book;
            if (next is null)
                faults.Add((key, fault));
        }

        return book;
    }

    private (OrderBook? Book, string Fault) With(string[] parts, string value) => parts switch
    {
        ["weights", var pool, var node] => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double weight) && weight is >= 0 and <= HashRing.MaximumWeight
            ? (this with { Weights = Weights.SetItem(pool, WeightsOf(pool).SetItem(node, weight)) }, "")
            : (null, $"its weight is '{value}', but must be 0 to {HashRing.MaximumWeight}"),
        ["overrides", var pool, var arc] => WithArc(pool, arc, value),
        ["rebalancing", "all"] => WithMode("", value),
        ["rebalancing", "pools", var pool] => WithMode(pool, value),
        _ => (null, "it is no order that this version knows"),
    };

    private (OrderBook? Book, string Fault) WithMode(string pool, string value) =>
        Enum.TryParse(value, ignoreCase: true, out RebalancingMode mode) && Enum.IsDefined(mode)
            ? (this with { Rebalancing = Rebalancing.SetItem(pool, mode) }, "")
            : (null, $"it is '{value}', but must be Off, Observe or On");

    private (OrderBook? Book, string Fault) WithArc(string pool, string arc, string node)
    {
        if (arc.Split('-') is not [var from, var to] || !uint.TryParse(from, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint first)
            || !uint.TryParse(to, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint last) || last < first || node.Length == 0)
        {
            return (null, "it is no arc of first and last position with a node");
        }

        ImmutableArray<RingOverride> arcs = OverridesOf(pool);
        return arcs.Any(one => one.First <= last && first <= one.Last)
            ? (null, "its arc overlaps another one that is ordered")
            : (this with { Overrides = Overrides.SetItem(pool, [.. arcs.Add(new RingOverride(first, last, node)).OrderBy(one => one.First)]) }, "");
    }
}
