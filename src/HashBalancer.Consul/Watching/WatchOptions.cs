namespace HashBalancer.Consul;

/// <summary>How a watch asks, and how it comes back after failures.</summary>
public sealed record WatchOptions
{
    /// <summary>
    /// How long one blocking query waits, up to 10 minutes. Default 1 minute: a registry that lost its memory is noticed within that time
    /// even where nothing else tells.
    /// </summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How fresh the answers must be; null: as the client's options say.</summary>
    public Consistency? Consistency { get; init; }

    /// <summary>An expression in Consul's filter language.</summary>
    public string? Filter { get; init; }

    /// <summary>The datacenter; null: as the client's options say.</summary>
    public string? Datacenter { get; init; }

    /// <summary>
    /// The mean time between answers when they come in a row; two may follow each other at once. Default 5 ms: changes beyond 200 in
    /// a second come together.
    /// </summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Whether indexes have no order, as those of events: a lower one is then news like any other. Default false.</summary>
    public bool UnorderedIndex { get; init; }

    /// <summary>How soon each kind of failure is tried again.</summary>
    public RetryPaces Retry { get; init; } = new();

    /// <summary>The first fault in these options, or null.</summary>
    internal string? Check() =>
        Wait <= TimeSpan.Zero || Wait > BlockingQuery.MaxWait ? $"Wait: {Wait:c} is outside 00:00:00 (exclusive) to {BlockingQuery.MaxWait:c}."
        : MinInterval < TimeSpan.Zero || MinInterval > TimeSpan.FromMinutes(1) ? $"MinInterval: {MinInterval:c} is outside 00:00:00 to 00:01:00."
        : Retry.Check() is { } fault ? $"Retry.{fault}"
        : null;
}
