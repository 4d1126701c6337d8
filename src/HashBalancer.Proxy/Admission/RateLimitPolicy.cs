namespace HashBalancer.Proxy;

/// <summary>How often requests of one key may come through this gateway: a token bucket for each key.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed record RateLimitPolicy
{
    /// <summary>Requests per second of one key over time, 0.001 to 1,000,000. Default 0: no limit.</summary>
    public double PerSecond { get; init; }

    /// <summary>Requests of one key that may come at once after a pause, 1 to 1,000,000. Default 0: those of one second, at least 1.</summary>
    public int Burst { get; init; }

    /// <summary>Where the key comes from, as in a pool's hash keys. Default none: the pool's hash keys. Requests without one share one bucket.</summary>
    public List<string> Keys { get; init; } = [];

    /// <summary>Whether another policy says the same.</summary>
    public bool SaysTheSameAs(RateLimitPolicy? other) =>
        other is not null && other with { Keys = Keys } == this && other.Keys.SequenceEqual(Keys, StringComparer.Ordinal);

    /// <summary>Every value out of range, each as <c>Key: what is wrong and what is allowed</c>.</summary>
    /// <param name="key">The key of this section.</param>
    public IEnumerable<string> Validate(string key)
    {
        if (PerSecond is not (0 or (>= 0.001 and <= 1_000_000)))
            yield return $"{key}:PerSecond: is {PerSecond}, but must be 0 (no limit) or 0.001 to 1000000.";
        if (Burst is < 0 or > 1_000_000)
            yield return $"{key}:Burst: is {Burst}, but must be 0 (those of one second) to 1000000.";
        _ = HashKeyChain.TryParse(Keys, out _, out IReadOnlyList<HashKeyError> faults);
        foreach (HashKeyError fault in faults)
            yield return $"{key}:Keys:{fault.Position}: is '{fault.Value}': {fault.Problem} Allowed: {string.Join(", ", fault.Allowed)}.";
    }
}
