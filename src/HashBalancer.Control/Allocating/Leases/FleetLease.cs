namespace HashBalancer.Control;

/// <summary>Where a node of the fleet is on its way from pool to pool.</summary>
public enum LeasePhase
{
    /// <summary>It serves no pool.</summary>
    Free,

    /// <summary>It starts the service of its pool.</summary>
    Starting,

    /// <summary>It runs, and is sent requests whose keys it will own, before clients' ones come.</summary>
    Warming,

    /// <summary>It serves its pool.</summary>
    Serving,

    /// <summary>It serves its pool, and was told that it will leave.</summary>
    Notice,

    /// <summary>It has left the ring of its pool, and finishes its requests.</summary>
    Draining,
}

/// <summary>Why a node is not tried for a pool.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Until">It is not tried before.</param>
/// <param name="Times">How often in a row it failed.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record LeaseRefusal(string Pool, DateTimeOffset Until, int Times, string Reason);

/// <summary>Which pool a node of the fleet serves: what the leader writes, the node's agent obeys and every gateway follows.</summary>
/// <param name="Node">The node's id: the ServiceID of its agent in the fleet.</param>
public sealed record FleetLease(string Node)
{
    /// <summary>The pool that it serves or is to serve; null when it is free.</summary>
    public string? Pool { get; init; }

    /// <summary>The Consul service of the pool.</summary>
    public string? Service { get; init; }

    /// <summary>The ServiceID under which it serves the pool, and stands on its ring.</summary>
    public string? Instance { get; init; }

    /// <summary>Where it is on its way.</summary>
    public LeasePhase Phase { get; init; }

    /// <summary>Since when it is in this phase.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The epoch that brought it to its pool: tells one lease of a node from the next.</summary>
    public long Assigned { get; init; }

    /// <summary>The epoch of the latest change.</summary>
    public long Epoch { get; init; }

    /// <summary>In notice and draining: the pool that it goes to; null: it becomes free.</summary>
    public string? Next { get; init; }

    /// <summary>The pool that it served before this one.</summary>
    public string? FormerPool { get; init; }

    /// <summary>The ServiceID under which it did: gateways pass it over until it is gone.</summary>
    public string? FormerInstance { get; init; }

    /// <summary>Pools that it is not tried for.</summary>
    public IReadOnlyList<LeaseRefusal> Refusals { get; init; } = [];

    /// <summary>Whether it is on its way: to its pool, or out of it for good.</summary>
    public bool IsUnderWay => Phase is LeasePhase.Starting or LeasePhase.Warming or LeasePhase.Draining;

    /// <summary>Whether clients' requests of its pool go to it.</summary>
    public bool Serves => Phase is LeasePhase.Serving or LeasePhase.Notice;

    /// <summary>The ServiceID of a node that serves a pool; distinct for distinct pools of one node.</summary>
    public static string InstanceOf(string node, string pool)
    {
        Span<char> made = [.. pool];
        bool kept = true;
        for (int i = 0; i < made.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(made[i]) || made[i] is '_' or '-')
                continue;
            made[i] = '-';
            kept = false;
        }

        // Names that differ only in what was replaced must not meet.
        return kept ? $"{node}.{made}" : $"{node}.{made}-{Ring.KeyHash.Of(pool):x8}";
    }
}
