using HashBalancer.Comparison.Balance.Peers;
using HashBalancer.Comparison.Balance.Runs;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Comparison.Balance.Reports;

/// <summary>How evenly each proxy spread each scenario's load.</summary>
internal sealed record BalanceReport(
    DateTimeOffset StartedAt, Machine Machine, double SettleSeconds, double MeasureSeconds, int Seeds, int AtOnce, IReadOnlyList<string> Missing, IReadOnlyList<BalanceTable> Scenarios);

/// <summary>One scenario.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Exponent">Zipf's.</param>
/// <param name="Speeds">Of the nodes.</param>
/// <param name="Results">By proxy.</param>
internal sealed record BalanceTable(string Name, double Exponent, IReadOnlyList<double> Speeds, IReadOnlyList<BalanceResult> Results)
{
    /// <summary>The goals of <see cref="BalanceGoal"/>, as far as the proxies that they are about took part.</summary>
    public IReadOnlyList<BalanceGoal> Goals
    {
        get
        {
            BalanceResult? own = Results.FirstOrDefault(r => r.Name == BalancePeers.HashBalancer);
            if (own is null)
                return [];
            var goals = new List<BalanceGoal>
            {
                new("utilisation max/mean", own.MaxOverMean, Exponent > 1.15 ? 1.10 : 1.05),
                new("seconds until settled", own.SettledAfterSeconds, 120),
            };
            if (Results.FirstOrDefault(r => r.Name == BalancePeers.RingAlone) is { } plain && Speeds.Distinct().Count() == 1)
                goals.Add(new("hits lost to the ring alone", plain.HitRatio - own.HitRatio, 0.005));
            BalanceResult[] peers = [.. Results.Where(r => r.Name is not (BalancePeers.HashBalancer or BalancePeers.RingAlone))];
            if (peers.Length > 0)
                goals.Add(new("p99 over the best peer's", own.P99Milliseconds / peers.Min(r => r.P99Milliseconds), 1));
            return goals;
        }
    }
}

/// <summary>What HashBalancer is to reach.</summary>
/// <param name="Name">Of what.</param>
/// <param name="Is">What it reached; null: nothing.</param>
/// <param name="AtMost">The goal.</param>
internal sealed record BalanceGoal(string Name, double? Is, double AtMost)
{
    public bool Holds => Is <= AtMost;
}
