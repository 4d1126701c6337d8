using System.Runtime.InteropServices;

namespace HashBalancer.Proxy;

/// <summary>What the data plane counted for a pool.</summary>
/// <param name="Selections">Choices of a node by reason, in the order of <see cref="PoolObserver.Reasons"/>.</param>
/// <param name="Errors">Requests that the proxy answered with an error of its own.</param>
/// <param name="Retries">Tries that failed and were followed by one at another node.</param>
/// <param name="Waiting">Requests that wait for their key's node now.</param>
/// <param name="Queued">Requests that wait to be let in now.</param>
/// <param name="IsPanicking">Whether so many nodes are bad that ejections are ignored.</param>
public sealed record PoolCounts(IReadOnlyList<long> Selections, long Errors, long Retries, int Waiting, int Queued, bool IsPanicking);

/// <summary>How a gateway sees a node.</summary>
/// <param name="IsEjected">Whether it rests because its answers were bad.</param>
/// <param name="IsUnhealthy">Whether it fails this gateway's own checks.</param>
/// <param name="Pace">How fast it answers beside the others of its pool, 0.1 to 1.</param>
/// <param name="FailedOrError">Requests that ended without a usable response, or with a status of 500 or above, since the process started.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct NodeCondition(bool IsEjected, bool IsUnhealthy, double Pace, long FailedOrError);

/// <summary>A frequent key of a pool. The key itself is not kept.</summary>
/// <param name="Hash">The key's hash.</param>
/// <param name="Share">The part of the pool's requests that is certain to be for it, 0 to 1; older requests count less.</param>
/// <param name="Sharers">Among how many nodes it is shared; 1: it is not hot.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FrequentKey(ulong Hash, double Share, int Sharers);
