namespace HashBalancer.Consul;

/// <summary>How a lock is held.</summary>
public sealed record LockOptions
{
    /// <summary>A name for the session, for people. Default none.</summary>
    public string? SessionName { get; init; }

    /// <summary>What the key says while the lock is held, such as the holder's name. Default nothing.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>
    /// How long the lock survives without a word of its holder. Default 10 s, the least Consul takes; up to 24 h. The holder gives up by
    /// itself after this time; Consul ends the session after up to twice of it.
    /// </summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the lock stays free after its session ended other than by a clean release. Default 1 s; from 1 ms to 60 s (Consul reads 0
    /// as its own default, 15 s). Below <see cref="Ttl"/>, a holder that is cut off may believe in its lock while the registry, told to
    /// destroy the session or seeing one of <see cref="Checks"/> fail, gave it to another: fence writes by the session.
    /// </summary>
    public TimeSpan LockDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Ids of checks of services on the agent's node that end the session as soon as one is critical: quicker than the TTL, which Consul
    /// counts twice. Default none. They must exist and not be critical when the lock is asked for.
    /// </summary>
    public IReadOnlyList<string> Checks { get; init; } = [];

    /// <summary>How soon each kind of failure is tried again.</summary>
    public RetryPaces Retry { get; init; } = new();

    /// <summary>Told of each failure that is tried again. Default nobody.</summary>
    public Action<ConsulException>? OnFailure { get; init; }

    /// <summary>The first fault in these options, or null.</summary>
    internal string? Check() =>
        Ttl < TimeSpan.FromSeconds(10) || Ttl > TimeSpan.FromHours(24) ? $"Ttl: {Ttl:c} is outside 00:00:10 to 1.00:00:00."
        : LockDelay < TimeSpan.FromMilliseconds(1) || LockDelay > TimeSpan.FromSeconds(60) ? $"LockDelay: {LockDelay:c} is outside 00:00:00.0010000 to 00:01:00."
        : Retry.Check() is { } fault ? $"Retry.{fault}"
        : null;
}
