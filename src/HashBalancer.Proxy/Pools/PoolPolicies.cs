using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace HashBalancer.Proxy;

/// <summary>The policies in force by pool. A YARP cluster whose id is a pool's name is served by its policy; other clusters are YARP's alone.</summary>
/// <remarks>Thread-safe. Reading takes no lock: all policies change at once, by one reference.</remarks>
/// <param name="time">The clock of what waits for admission.</param>
public sealed class PoolPolicies(TimeProvider time)
{
    private readonly Lock _replacing = new();
    private volatile FrozenDictionary<string, Pool> _pools = FrozenDictionary<string, Pool>.Empty;

    /// <summary>Every pool in force.</summary>
    internal IReadOnlyCollection<Pool> All => _pools.Values;

    /// <summary>Puts these policies in force instead of all others; requests under way keep theirs.</summary>
    /// <param name="policies">By pool name, which is the YARP cluster's id; compared without regard to case.</param>
    /// <exception cref="ArgumentException">A name is empty, or two differ in case alone; nothing has changed then.</exception>
    public void Replace(IReadOnlyDictionary<string, PoolPolicy> policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        var next = new Dictionary<string, Pool>(policies.Count, StringComparer.OrdinalIgnoreCase);
        lock (_replacing)
        {
            FrozenDictionary<string, Pool> before = _pools;
            foreach ((string name, PoolPolicy policy) in policies)
            {
                if (string.IsNullOrEmpty(name))
                    throw new ArgumentException("A pool has no name.", nameof(policies));
                // A pool that stays keeps its runtime, and with it its counts.
                var pool = before.TryGetValue(name, out Pool? same) && same.Name == name
                    ? same with { Policy = policy, Gate = GateOf(policy, same), Limiter = LimiterOf(policy, same) }
                    : new Pool(name, policy, new PoolRuntime()) { Gate = GateOf(policy, before: null), Limiter = LimiterOf(policy, before: null) };
                pool.Runtime.Sample(policy);
                if (!next.TryAdd(name, pool))
                    throw new ArgumentException($"Pools '{next[name].Name}' and '{name}' differ in case alone.", nameof(policies));
            }

            _pools = next.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        }
    }

    /// <summary>The policy of a pool.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out PoolPolicy? policy)
    {
        policy = TryGetPool(name, out Pool? pool) ? pool.Policy : null;
        return policy is not null;
    }

    /// <summary>The pool with its runtime.</summary>
    internal bool TryGetPool(string name, [NotNullWhen(true)] out Pool? pool) => _pools.TryGetValue(name, out pool);

    /// <summary>The gate before, as long as its policy says the same: a reload makes every policy anew.</summary>
    private AdmissionGate? GateOf(PoolPolicy policy, Pool? before)
    {
        if (policy.Admission is not { Limits: true } admission)
            return null;
        return before?.Gate is not null && admission.SaysTheSameAs(before.Policy.Admission) ? before.Gate : new AdmissionGate(admission, time, before?.Gate);
    }

    private static RateLimits? LimiterOf(PoolPolicy policy, Pool? before)
    {
        if (policy.RateLimit is not { PerSecond: > 0 } limit)
            return null;
        return before?.Limiter is { } same && limit.SaysTheSameAs(before.Policy.RateLimit) && policy.HashKeys.Sources.SequenceEqual(before.Policy.HashKeys.Sources, StringComparer.Ordinal)
            ? same
            : new RateLimits(limit, policy.HashKeys);
    }
}
