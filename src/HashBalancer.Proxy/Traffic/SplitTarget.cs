namespace HashBalancer.Proxy;

/// <summary>What of a pool's requests one of the pools gets among which they are split.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed record SplitTarget
{
    /// <summary>Its part of the requests that no header decides, relative to the others' weights: 0 to 1,000,000. Default 0; of the pool itself, whose
    /// requests are split, 100 where it is not named.</summary>
    public double Weight { get; init; }

    /// <summary>The header that sends a request here whatever the weights. Default null: none does.</summary>
    public string? Header { get; init; }

    /// <summary>The value that the header must have, compared exactly. Default null: any value but the empty one.</summary>
    public string? Value { get; init; }

    /// <summary>Every value out of range, each as <c>Key: what is wrong and what is allowed</c>.</summary>
    /// <param name="key">The key of this section.</param>
    public IEnumerable<string> Validate(string key)
    {
        if (Weight is not (>= 0 and <= 1_000_000))
            yield return $"{key}:Weight: is {Weight}, but must be 0 to 1000000.";
        if (Value is not null && string.IsNullOrWhiteSpace(Header))
            yield return $"{key}:Header: is missing; it must name the header that is to have the value '{Value}'.";
    }
}
