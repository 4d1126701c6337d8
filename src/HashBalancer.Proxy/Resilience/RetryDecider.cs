namespace HashBalancer.Proxy;

/// <summary>Decides whether a failed try is followed by another, and where that goes.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RetryDecider(NodeSelector selector, TimeProvider time)
{
    /// <summary>Decides.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="walk">The request's walk; moved on when there is a budget for it.</param>
    /// <param name="tries">Tries begun.</param>
    /// <param name="start">The timestamp at which the first began.</param>
    /// <param name="safe">Whether the failure and the request allow another.</param>
    /// <param name="successor">Where the next one goes.</param>
    public RetryVerdict Decide(Pool pool, ref NodeWalk walk, int tries, long start, bool safe, out NodeSelection successor)
    {
        RetryPolicy policy = pool.Policy.Retry;
        successor = default;
        if (!safe)
            return RetryVerdict.Unsafe;
        // A try with the last tenth of the time alone is not worth its load; and timers may fire a little early.
        if (tries >= policy.MaxTries || (policy.TotalTimeout is { } total && time.GetElapsedTime(start) >= 0.9 * total))
            return RetryVerdict.Exhausted;
        if (!pool.Runtime.Budget.TryWithdraw(policy, time))
            return RetryVerdict.OverBudget;
        successor = selector.Next(ref walk);
        return successor.Node is null ? RetryVerdict.NoSuccessor : RetryVerdict.Retried;
    }
}
