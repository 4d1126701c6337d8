namespace HashBalancer.Proxy;

/// <summary>Counts how the requests of one node ended.</summary>
/// <remarks>Not striped: load spreads over the nodes, and a pool may have thousands.</remarks>
internal sealed class NodeCounts
{
    private readonly CounterSet _byOutcome = new(Outcomes.All.Length, stripes: 1);

    public void Count(Outcome outcome) => _byOutcome.Increment((int)outcome);

    public long Of(Outcome outcome) => _byOutcome.Sum((int)outcome);
}
