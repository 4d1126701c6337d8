using HashBalancer.LoadTests.Fleets;

namespace HashBalancer.LoadTests.Events;

/// <summary>Which node an event takes: a named one, or with <c>next</c> each in turn.</summary>
internal sealed class NodeChoice(string written)
{
    /// <summary>Stands for each node in turn.</summary>
    public const string Next = "next";

    private int _turn = -1;

    /// <summary>The node's id; null when it is each in turn.</summary>
    public string? Id => written == Next ? null : written;

    public string Text => written == Next ? "the next node" : written;

    public FleetNode In(Fleet fleet) =>
        written == Next ? fleet.Nodes[(Interlocked.Increment(ref _turn) & int.MaxValue) % fleet.Nodes.Count] : fleet.Node(written);
}
