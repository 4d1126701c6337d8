using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>A pool as a request meets it: its policy, which configuration may change, and what lives on meanwhile.</summary>
internal sealed record Pool(string Name, PoolPolicy Policy, PoolRuntime Runtime)
{
    /// <summary>Where requests wait to be let in; null when every request is. It changes with its policy: requests inside leave by the gate they came through.</summary>
    public AdmissionGate? Gate { get; init; }

    /// <summary>How often requests of one key may come; null: as often as they like.</summary>
    public RateLimits? Limiter { get; init; }

    /// <summary>A request's way along the pool's nodes; its key is counted, and shared if it is hot.</summary>
    /// <param name="view">The pool as the request's snapshot has it.</param>
    /// <param name="hash">The hash of the request's key; null when it has none.</param>
    /// <param name="isSafe">Whether its method is safe.</param>
    /// <param name="time">The clock.</param>
    public NodeWalk WalkOf(PoolSnapshot view, ulong? hash, bool isSafe, TimeProvider time) => new(Policy, view, hash)
    {
        Sharers = hash is { } key && Policy.ShareHotKeys && (isSafe || Policy.ShareUnsafeMethods) ? Runtime.HotKeysBy(time).Record(key) : 1,
    };

    /// <summary>Whether a request is to wait for its key's node before it goes where it was to go.</summary>
    public static bool MustWait(in NodeWalk walk, in NodeSelection selection) =>
        selection.Full is not null && walk.Policy is { AffinityWait: not null, Bound: not null };

    /// <summary>Waits for the node of a request that <see cref="MustWait"/>.</summary>
    public async ValueTask<WaitVerdict> Wait(NodeWalk walk, NodeSelection selection, TimeProvider time, CancellationToken aborted)
    {
        WaitVerdict verdict = await Runtime.Affinity.Wait(walk.Policy.AffinityWait!, walk.Policy, walk.View, selection.Full!, time, aborted);
        Runtime.Count(verdict);
        return verdict;
    }
}
