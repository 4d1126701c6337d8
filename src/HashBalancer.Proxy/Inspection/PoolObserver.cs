using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Reads what the data plane counted for its pools and nodes: for whoever shows it to people.</summary>
/// <remarks>Thread-safe; takes no lock that a request could wait for. Counts begin with the process and never go back, a pool's with its first policy.</remarks>
public sealed class PoolObserver
{
    private readonly PoolPolicies _pools;

    internal PoolObserver(PoolPolicies pools) => _pools = pools;

    /// <summary>The reasons of <see cref="PoolCounts.Selections"/>, as <c>hashbalancer_selections_total</c> has them.</summary>
    public static IReadOnlyList<string> Reasons { get; } = [.. SelectionReasons.All.Select(reason => reason.Name())];

    /// <summary>The names of the pools in force.</summary>
    public IEnumerable<string> Pools => _pools.All.Select(pool => pool.Name);

    /// <summary>A pool's counts; null when no policy names it.</summary>
    public PoolCounts? CountsOf(string pool)
    {
        if (!_pools.TryGetPool(pool, out Pool? known))
            return null;
        PoolRuntime runtime = known.Runtime;
        long[] selections = new long[SelectionReasons.All.Length];
        foreach (SelectionReason reason in SelectionReasons.All)
            selections[(int)reason] = runtime.Of(reason);
        return new PoolCounts(
            selections, ErrorReasons.All.Sum(runtime.Of), runtime.Of(RetryVerdict.Retried), runtime.Affinity.Count, known.Gate?.Waiting ?? 0, runtime.IsPanicking);
    }

    /// <summary>The pool's most frequent keys, the most frequent first; none before the first request that has a key, or where hot keys are not shared.</summary>
    /// <param name="pool">The pool's name.</param>
    /// <param name="most">How many, 1 or more.</param>
    public IReadOnlyList<FrequentKey> FrequentKeysOf(string pool, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return _pools.TryGetPool(pool, out Pool? known) && known.Runtime.HotKeys is { } keys ? keys.Top(most) : [];
    }

    /// <summary>How this gateway sees a node.</summary>
    public static NodeCondition ConditionOf(Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.Load.Attachment is not NodeRuntime runtime)
            return new NodeCondition(IsEjected: false, IsUnhealthy: false, Pace: 1, FailedOrError: 0);
        NodeObstacles obstacles = runtime.Obstacles;
        return new NodeCondition(
            obstacles.HasFlag(NodeObstacles.Ejected), obstacles.HasFlag(NodeObstacles.Unhealthy), runtime.Pace,
            runtime.Counts.Of(Outcome.Failed) + runtime.Counts.Of(Outcome.ServerError));
    }
}
