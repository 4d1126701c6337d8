using HashBalancer.Comparison.Rounds;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Comparison.Reports;

/// <summary>One proxy's rounds and what they come to.</summary>
/// <param name="Name">What it is called in tables.</param>
/// <param name="Version">As the program gives it.</param>
/// <param name="IsYardstick">The best of these is 1 in ratios.</param>
/// <param name="Rounds">In order.</param>
/// <param name="Median">The median of each figure over the rounds; null before the report is made.</param>
internal sealed record PeerResult(string Name, string Version, bool IsYardstick, IReadOnlyList<Round> Rounds, PeerMedian Median);

/// <summary>Medians over a proxy's rounds; CPU figures are null where there is no proxy.</summary>
/// <param name="Rate">Requests per second at saturation.</param>
/// <param name="P50Ms">At saturation.</param>
/// <param name="P99Ms">At saturation.</param>
/// <param name="P999Ms">At saturation.</param>
/// <param name="CpuMicroseconds">The proxy's CPU time for each request.</param>
/// <param name="UserMicroseconds">Its part in user space.</param>
/// <param name="SystemMicroseconds">Its part in the kernel.</param>
/// <param name="CpuRatio">CPU time over the best yardstick's of the same round.</param>
/// <param name="RateRatio">Rate over the best yardstick's of the same round.</param>
/// <param name="Busy">How much of its core the proxy used at saturation.</param>
/// <param name="ResidentBytes">Memory.</param>
/// <param name="AllocatedBytes">What the whole process of a .NET proxy allocated for each request.</param>
/// <param name="Half">Latencies at half of the saturated rate.</param>
/// <param name="KeysOnOneNode">Part of keys that one node alone answered, where the client looks.</param>
/// <param name="Failed">Failed requests of all rounds.</param>
internal sealed record PeerMedian(
    double Rate,
    double P50Ms,
    double P99Ms,
    double P999Ms,
    double? CpuMicroseconds,
    double? UserMicroseconds,
    double? SystemMicroseconds,
    double? CpuRatio,
    double? RateRatio,
    double? Busy,
    long? ResidentBytes,
    double? AllocatedBytes,
    HalfLoad Half,
    double? KeysOnOneNode,
    long Failed);

/// <summary>Everything that one call of the comparison found out, one report for each workload.</summary>
internal sealed record ComparisonReports(IReadOnlyList<ComparisonReport> Workloads);

/// <summary>What the comparison found out with one workload.</summary>
/// <param name="Format">Version of this shape; it changes when a member goes or changes its meaning.</param>
/// <param name="Version">HashBalancer's version.</param>
/// <param name="StartedAt">When the first warm-up began.</param>
/// <param name="Machine">Where it ran.</param>
/// <param name="Workload">What was asked, by name.</param>
/// <param name="WorkloadDescription">What was asked, in words.</param>
/// <param name="Client">Which load generator saturated the proxies.</param>
/// <param name="Plan">How long and how often.</param>
/// <param name="Missing">Proxies that could not take part, and why.</param>
/// <param name="Peers">In the order of the table.</param>
internal sealed record ComparisonReport(
    int Format,
    string Version,
    DateTimeOffset StartedAt,
    Machine Machine,
    string Workload,
    string WorkloadDescription,
    string Client,
    RoundPlan Plan,
    IReadOnlyList<string> Missing,
    IReadOnlyList<PeerResult> Peers)
{
    public const int CurrentFormat = 2;
}
