using HashBalancer.Comparison.Rounds;
using HashBalancer.Comparison.Workloads;
using HashBalancer.LoadTests.Running;

namespace HashBalancer.Comparison.Clients;

/// <summary>What a client saw while it asked as fast as it was answered.</summary>
/// <param name="Requests">Answered and failed.</param>
/// <param name="Failed">Without the right answer.</param>
/// <param name="Seconds">How long it asked.</param>
/// <param name="P50Ms">Median from sending to answer.</param>
/// <param name="P99Ms">99 % were at most so slow.</param>
/// <param name="P999Ms">99.9 % were at most so slow.</param>
/// <param name="Affinity">How keys kept to nodes, where the client looks.</param>
internal sealed record Saturation(long Requests, long Failed, double Seconds, double P50Ms, double P99Ms, double P999Ms, AffinityResult? Affinity)
{
    public double Rate => (Requests - Failed) / Seconds;
}

/// <summary>What a client saw at a given rate.</summary>
internal sealed record Paced(HalfLoad Load, long Failed);

/// <summary>A load generator.</summary>
internal interface IClient
{
    /// <summary>As <c>--client</c> names it.</summary>
    string Name { get; }

    /// <summary>Why it cannot be used on this machine; null when it can.</summary>
    string? Missing();

    /// <summary>Asks as fast as it is answered.</summary>
    Task<Saturation> Saturate(Uri url, Workload workload, TimeSpan duration, CancellationToken cancellation);

    /// <summary>Asks so often in a second, however fast it is answered.</summary>
    Task<Paced> Pace(Uri url, Workload workload, double rate, TimeSpan duration, CancellationToken cancellation);
}
