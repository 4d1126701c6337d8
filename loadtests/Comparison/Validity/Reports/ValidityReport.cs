using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Comparison.Validity.Reports;

/// <summary>A quantile as reported beside the truth.</summary>
internal sealed record LawQuantile(string Name, double TruthMs, double ReportedMs)
{
    public double Error => ReportedMs / TruthMs - 1;
}

/// <summary>What one load saw of a server that pauses once for 100 ms.</summary>
/// <param name="Load">The load.</param>
/// <param name="Requests">How many requests.</param>
/// <param name="P50Ms">Median.</param>
/// <param name="P999Ms">p99.9.</param>
/// <param name="MaxMs">The slowest.</param>
/// <param name="TruthP999Ms">What p99.9 must be for users who ask whatever the server does; null for a closed loop, whose users wait.</param>
internal sealed record PauseView(string Load, long Requests, double P50Ms, double P999Ms, double MaxMs, double? TruthP999Ms);

/// <summary>What a load generator reached with one core, asking as fast as it was answered: the median of the rounds.</summary>
/// <param name="Client">The load generator.</param>
/// <param name="PerSecond">Answered requests per second.</param>
/// <param name="CpuMicroseconds">Processor time of the load generator for each.</param>
/// <param name="Failed">Failed requests of all rounds.</param>
internal sealed record ClientSpeed(string Client, double PerSecond, double CpuMicroseconds, long Failed);

/// <summary>How well the runner kept a given rate: the median of the rounds.</summary>
/// <param name="Simulation">constant or Poisson.</param>
/// <param name="Wanted">Requests per second.</param>
/// <param name="Sent">Requests per second that were sent in time.</param>
/// <param name="Error">The part of the wanted ones by which they differ.</param>
/// <param name="StartDelayP99Ms">99 % of requests began at most so late.</param>
/// <param name="P99Ms">p99 from the intended start.</param>
/// <param name="Failed">Failed requests of all rounds.</param>
internal sealed record OfferedRate(string Simulation, double Wanted, double Sent, double Error, double StartDelayP99Ms, double P99Ms, long Failed);

/// <summary>Whether the runner's figures can be believed.</summary>
internal sealed record ValidityReport(
    DateTimeOffset StartedAt, Machine Machine, long LawRequests, IReadOnlyList<LawQuantile> Law, IReadOnlyList<PauseView> Pauses,
    IReadOnlyList<ClientSpeed> Speeds, IReadOnlyList<OfferedRate> Rates, IReadOnlyList<string> Missing)
{
    private const double MostLawError = 0.02;
    private const double LeastRate = 20_000;
    private const double MostRateError = 0.01;

    /// <summary>What must hold, and whether it does.</summary>
    public IReadOnlyList<ValidityGoal> Goals =>
    [
        .. Law.Select(q => new ValidityGoal($"{q.Name} within 2 % of the law's", Math.Abs(q.Error) <= MostLawError)),
        .. Pauses.Select(p => p.TruthP999Ms is { } truth
            ? new ValidityGoal($"{p.Load}: the pause is in p99.9", p.P999Ms >= truth * 0.9)
            : new ValidityGoal($"{p.Load}: hides it", p.P999Ms < 20)),
        .. Rates.Select(r => new ValidityGoal($"{r.Simulation} {r.Wanted:0}/s kept within 1 %", r.Wanted >= LeastRate && Math.Abs(r.Error) <= MostRateError)),
    ];
}

internal sealed record ValidityGoal(string Name, bool Holds);
