namespace HashBalancer.Proxy;

/// <summary>How this gateway asks the nodes of a pool for their health, beside what Consul's checks say.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed record ActiveCheckPolicy
{
    /// <summary>What is asked for by GET, a path that starts with a slash; a status of 200 to 399 passes. Default null: nothing is asked.</summary>
    public string? Path { get; init; }

    /// <summary>Between two checks of a node, 100 ms to 1 h; it varies by a tenth. Default 5 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a check may take, 10 ms to 1 min. Default 1 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Failed checks in a row after which a node is passed over, 1 to 100. Default 3.</summary>
    public int Failures { get; init; } = 3;

    /// <summary>Passed checks in a row after which it is taken back, 1 to 100. Default 2.</summary>
    public int Successes { get; init; } = 2;

    /// <summary>Every value out of range, each as <c>Key: what is wrong and what is allowed</c>.</summary>
    /// <param name="key">The key of this section.</param>
    public IEnumerable<string> Validate(string key)
    {
        if (Path is not null && (!Path.StartsWith('/') || !Uri.TryCreate($"http://node{Path}", UriKind.Absolute, out Uri? uri) || uri.Authority != "node"))
            yield return $"{key}:Path: is '{Path}', but must be a path that starts with '/'.";
        if (Interval < TimeSpan.FromMilliseconds(100) || Interval > TimeSpan.FromHours(1))
            yield return $"{key}:Interval: is {Interval}, but must be 00:00:00.100 to 01:00:00.";
        if (Timeout < TimeSpan.FromMilliseconds(10) || Timeout > TimeSpan.FromMinutes(1))
            yield return $"{key}:Timeout: is {Timeout}, but must be 00:00:00.010 to 00:01:00.";
        if (Failures is < 1 or > 100)
            yield return $"{key}:Failures: is {Failures}, but must be 1 to 100.";
        if (Successes is < 1 or > 100)
            yield return $"{key}:Successes: is {Successes}, but must be 1 to 100.";
    }
}
