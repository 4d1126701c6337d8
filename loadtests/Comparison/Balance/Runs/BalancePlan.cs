namespace HashBalancer.Comparison.Balance.Runs;

/// <summary>How long a scenario is run.</summary>
/// <param name="Settle">The time for proxies to settle, which does not count.</param>
/// <param name="Measure">The time that counts.</param>
/// <param name="AtOnce">How many proxies are run beside each other, each with nodes of its own.</param>
/// <param name="RateShare">A part of the usual rate and of the usual number of nodes' slots; 1 usually.</param>
/// <param name="Seeds">How many runs of each proxy there are, each with arrivals and keys drawn anew; what counts is their median.</param>
internal sealed record BalancePlan(TimeSpan Settle, TimeSpan Measure, int AtOnce, double RateShare, int Seeds = 1)
{
    public static BalancePlan Smoke { get; } = new(TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(4), 2, 0.2);
}
