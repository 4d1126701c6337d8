using HashBalancer.LoadTests.Measuring;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Comparison.Reports;

/// <param name="Seconds">Since the load began.</param>
/// <param name="ResidentBytes">Memory then.</param>
internal sealed record MemorySample(double Seconds, long ResidentBytes);

/// <summary>What a proxy's memory did under a long load.</summary>
/// <param name="Name">The proxy.</param>
/// <param name="Requests">Answered and failed.</param>
/// <param name="Failed">Without the right answer.</param>
/// <param name="FirstBytes">Memory after a tenth of the time, when it is warm.</param>
/// <param name="LastBytes">Memory at the end.</param>
/// <param name="HighestBytes">The most seen.</param>
/// <param name="SlopeBytesPerMinute">The least-squares slope of the second half.</param>
/// <param name="AllocatedBytes">What the whole process of a .NET proxy allocated for each request.</param>
/// <param name="Samples">All that was seen.</param>
internal sealed record SoakResult(
    string Name, long Requests, long Failed, long FirstBytes, long LastBytes, long HighestBytes, double SlopeBytesPerMinute, double? AllocatedBytes,
    IReadOnlyList<MemorySample> Samples)
{
    private const int WarmPart = 10;
    private const double SecondsPerMinute = 60;

    /// <exception cref="ArgumentException">There are fewer than four samples.</exception>
    public static SoakResult Of(string name, long requests, long failed, long? allocated, IReadOnlyList<MemorySample> samples)
    {
        if (samples.Count < 4)
            throw new ArgumentException("A slope needs at least four samples.", nameof(samples));
        return new SoakResult(
            name, requests, failed, samples[samples.Count / WarmPart].ResidentBytes, samples[^1].ResidentBytes, samples.Max(s => s.ResidentBytes),
            Trend.Slope([.. samples.Skip(samples.Count / 2).Select(s => (s.Seconds, (double)s.ResidentBytes))]) * SecondsPerMinute,
            requests > 0 ? (double?)allocated / requests : null, samples);
    }
}

/// <summary>Every proxy's memory under a long load.</summary>
internal sealed record SoakReport(
    string Version, DateTimeOffset StartedAt, Machine Machine, string Workload, string Client, IReadOnlyList<string> Missing,
    IReadOnlyList<SoakResult> Peers);
