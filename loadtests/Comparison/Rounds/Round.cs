using HashBalancer.LoadTests.Running;

namespace HashBalancer.Comparison.Rounds;

/// <summary>What one proxy did in one round.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Requests">At saturation.</param>
/// <param name="Failed">At saturation and at half of it.</param>
/// <param name="Rate">Successful requests per second at saturation.</param>
/// <param name="P50Ms">At saturation, from sending.</param>
/// <param name="P99Ms">At saturation, from sending.</param>
/// <param name="P999Ms">At saturation, from sending.</param>
/// <param name="UserMicroseconds">The proxy's CPU time in user space for each request, at saturation; null without a proxy.</param>
/// <param name="SystemMicroseconds">The same in the kernel.</param>
/// <param name="Busy">The proxy's CPU time over the time at saturation: 1 is its whole core.</param>
/// <param name="ResidentBytes">The proxy's memory after the round.</param>
/// <param name="AllocatedBytes">What the whole process of a .NET proxy allocated for each request, at saturation.</param>
/// <param name="Half">At half of the saturated rate, open loop, from the intended start.</param>
/// <param name="Affinity">How keys kept to nodes at saturation, where the client looks.</param>
internal sealed record Round(
    int Number,
    long Requests,
    long Failed,
    double Rate,
    double P50Ms,
    double P99Ms,
    double P999Ms,
    double? UserMicroseconds,
    double? SystemMicroseconds,
    double? Busy,
    long? ResidentBytes,
    double? AllocatedBytes,
    HalfLoad Half,
    AffinityResult? Affinity)
{
    /// <summary>The proxy's CPU time for each request in microseconds.</summary>
    public double? CpuMicroseconds => UserMicroseconds + SystemMicroseconds;
}

/// <param name="Rate">Requests per second that were asked for.</param>
/// <param name="SentLate">Part of them that was not sent in time: near 0, or the client's core was the limit.</param>
/// <param name="P50Ms">Latency from the intended start.</param>
/// <param name="P99Ms">As above.</param>
/// <param name="P999Ms">As above.</param>
internal sealed record HalfLoad(double Rate, double SentLate, double P50Ms, double P99Ms, double P999Ms);
