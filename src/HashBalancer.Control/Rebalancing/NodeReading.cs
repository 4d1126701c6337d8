using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>What all gateways together measured of one node over the last while.</summary>
/// <param name="Id">The node's ServiceID.</param>
/// <param name="Weight">Its declared weight, above 0.</param>
/// <param name="Rate">Requests that it finished per second.</param>
/// <param name="FailureRate">Those of them that failed, per second.</param>
/// <param name="ArcRate">Requests per second for the arcs that it owns now, whoever served them.</param>
/// <param name="SharedRate">Requests per second that no arc brings: of hot keys that several nodes share, and without a key.</param>
/// <param name="InFlight">Its requests in flight, averaged over time.</param>
/// <param name="Utilisation">What it reported of itself, 0 and up, averaged; null when it reports nothing, or did not lately.</param>
/// <param name="Age">How long it has served.</param>
internal readonly record struct NodeReading(
    string Id, double Weight, double Rate, double FailureRate, double ArcRate, double SharedRate, double InFlight, double? Utilisation, TimeSpan Age);

/// <summary>Everything that a plan for one pool is made from.</summary>
/// <param name="Nodes">The nodes of the ring, in any order; those without a reading are left alone.</param>
/// <param name="Slices">The load by place on the circle.</param>
/// <param name="Window">How long the averages reach back: so long a time's requests stand behind each rate.</param>
internal sealed record PoolReading(IReadOnlyList<NodeReading> Nodes, SliceRates Slices, TimeSpan Window)
{
    /// <summary>Whether no gateway has measured for so long that its averages reach back no further with time: each reading then knows more than the one before.</summary>
    public bool IsYoung { get; init; }

    /// <summary>The frequent keys.</summary>
    public HotKeySummary HotKeys { get; init; } = HotKeySummary.None;
}
