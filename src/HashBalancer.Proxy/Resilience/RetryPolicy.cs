namespace HashBalancer.Proxy;

/// <summary>When and how often a failed request of a pool is sent again, to the next distinct successor of its key.</summary>
/// <remarks>
/// <para>A request is sent again only before any of a response reached the client: after a node could not be connected to, whatever
/// the method, since no byte of the request left then; after a node broke off, ran out of <see cref="TryTimeout"/> or answered with one of
/// <see cref="Statuses"/>, for idempotent methods whose body, if they have one, was kept.</para>
/// <para>Immutable; thread-safe.</para>
/// </remarks>
public sealed record RetryPolicy
{
    /// <summary>How often a request is sent at most, the first time included: 1 to 8. Default 3; 1 never retries.</summary>
    public int MaxTries { get; init; } = 3;

    /// <summary>Retries per request, over time: 0 to 1. Default 0.1, so that a pool that fails as a whole sees a tenth more load, not three times as much.</summary>
    public double BudgetShare { get; init; } = 0.1;

    /// <summary>Retries per second that the budget grants beside <see cref="BudgetShare"/>: 0 to 10,000. Default 10, so that quiet pools can retry at all.</summary>
    public double BudgetPerSecond { get; init; } = 10;

    /// <summary>How long one try may take until its response begins, 1 ms to 1 h. Default null: the cluster's activity timeout alone.</summary>
    public TimeSpan? TryTimeout { get; init; }

    /// <summary>How long all tries together may take until a response begins, 1 ms to 1 h. Default null: no limit.</summary>
    public TimeSpan? TotalTimeout { get; init; }

    /// <summary>Bytes: bodies of idempotent requests up to this declared length are kept in memory while they are forwarded, 0 to 16 MiB.
    /// Default 64 KiB; longer ones, and those without a declared length, are streamed and cannot be sent again.</summary>
    public int MaxBufferedBody { get; init; } = 64 * 1024;

    /// <summary>Statuses of a node that are followed by another try, 400 to 599, such as 502, 503 and 504. The last answer goes to the client. Default none: a
    /// node that answers has decided, and only its owner knows whether another would decide otherwise.</summary>
    public List<int> Statuses { get; init; } = [];

    /// <summary>After how long without an answer a GET or HEAD request without a body is sent to the next node as well, the first good answer to win: 1 ms to
    /// 1 h. Default null: never, unless <see cref="HedgeQuantile"/> is set. Second tries count as tries, and are paid from the budget.</summary>
    public TimeSpan? HedgeDelay { get; init; }

    /// <summary>The quantile of the pool's response times after which it is: 0.5 to 0.999, such as 0.95; not before <see cref="HedgeDelay"/>, and not before 1 ms.
    /// Default 0: <see cref="HedgeDelay"/> alone counts.</summary>
    public double HedgeQuantile { get; init; }

    /// <summary>Whether tries are timed, judged by their answers or doubled.</summary>
    internal bool WatchesTries => TryTimeout is not null || TotalTimeout is not null || (MaxTries > 1 && Statuses.Count > 0) || IsHedged;

    internal bool IsHedged => MaxTries > 1 && (HedgeDelay is not null || HedgeQuantile > 0);

    /// <summary>The delay of second tries as of now; null while there are none.</summary>
    internal TimeSpan? HedgeDelayBy(PoolRuntime runtime)
    {
        TimeSpan? quantile = HedgeQuantile > 0 ? runtime.Latencies.Quantile : null;
        return quantile is { } usual && usual > (HedgeDelay ?? LeastDelay) ? usual
            : quantile is null ? HedgeDelay
            : HedgeDelay ?? LeastDelay;
    }

    /// <summary>Every value out of range, each as <c>Key: what is wrong and what is allowed</c>.</summary>
    /// <param name="key">The key of this section.</param>
    public IEnumerable<string> Validate(string key)
    {
        if (MaxTries is < 1 or > NodeWalk.MostNodes)
            yield return $"{key}:MaxTries: is {MaxTries}, but must be 1 to {NodeWalk.MostNodes}.";
        if (BudgetShare is not (>= 0 and <= 1))
            yield return $"{key}:BudgetShare: is {BudgetShare}, but must be 0 to 1.";
        if (BudgetPerSecond is not (>= 0 and <= 10_000))
            yield return $"{key}:BudgetPerSecond: is {BudgetPerSecond}, but must be 0 to 10000.";
        if (!IsTimeout(TryTimeout))
            yield return $"{key}:TryTimeout: is {TryTimeout}, but must be 00:00:00.001 to 01:00:00.";
        if (!IsTimeout(TotalTimeout))
            yield return $"{key}:TotalTimeout: is {TotalTimeout}, but must be 00:00:00.001 to 01:00:00.";
        if (MaxBufferedBody is < 0 or > 16 * 1024 * 1024)
            yield return $"{key}:MaxBufferedBody: is {MaxBufferedBody}, but must be 0 to 16777216 bytes.";
        if (!IsTimeout(HedgeDelay))
            yield return $"{key}:HedgeDelay: is {HedgeDelay}, but must be 00:00:00.001 to 01:00:00.";
        if (HedgeQuantile is not (0 or (>= 0.5 and <= 0.999)))
            yield return $"{key}:HedgeQuantile: is {HedgeQuantile}, but must be 0 (off) or 0.5 to 0.999.";
        if (MaxTries == 1 && (HedgeDelay is not null || HedgeQuantile > 0))
            yield return $"{key}:MaxTries: is 1, but must be 2 or more for the second tries that {(HedgeDelay is null ? "HedgeQuantile" : "HedgeDelay")} asks for.";
        for (int i = 0; i < Statuses.Count; i++)
        {
            if (Statuses[i] is < 400 or > 599)
                yield return $"{key}:Statuses:{i}: is {Statuses[i]}, but must be 400 to 599.";
        }
    }

    private static TimeSpan LeastDelay => TimeSpan.FromMilliseconds(1);

    private static bool IsTimeout(TimeSpan? time) => time is null || (time >= TimeSpan.FromMilliseconds(1) && time <= TimeSpan.FromHours(1));
}
