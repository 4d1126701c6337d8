namespace HashBalancer.Proxy;

/// <summary>Which of a pool's requests are sent to another pool as well, whose answers nobody sees.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed record MirrorPolicy
{
    /// <summary>The pool that gets the copies. Default null: none are made.</summary>
    public string? Pool { get; init; }

    /// <summary>The part of the keys whose requests are copied, 0 to 1; requests without a key are drawn by chance. Default 1: whoever names a pool means it.</summary>
    public double Share { get; init; } = 1;

    /// <summary>The ids of the routes whose requests are copied. Default none: all routes of the pool.</summary>
    public List<string> Routes { get; init; } = [];

    /// <summary>Whether requests of unsafe methods, such as POST, are copied too; others are GET, HEAD, OPTIONS and TRACE. Default false: what changes
    /// something would do so twice where both pools share what they change.</summary>
    public bool UnsafeMethods { get; init; }

    /// <summary>Bytes: requests whose declared body is longer, or of no declared length, are not copied; 0 to 16 MiB. Default 64 KiB.</summary>
    public int MaxBufferedBody { get; init; } = 64 * 1024;

    /// <summary>Copies on their way at once, 1 to 100,000; the others are dropped. Default 100.</summary>
    public int MaxInFlight { get; init; } = 100;

    /// <summary>How long a copy and its answer may take, 1 ms to 1 h. Default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Every value out of range, each as <c>Key: what is wrong and what is allowed</c>.</summary>
    /// <param name="key">The key of this section.</param>
    public IEnumerable<string> Validate(string key)
    {
        if (Share is not (>= 0 and <= 1))
            yield return $"{key}:Share: is {Share}, but must be 0 to 1.";
        if (MaxBufferedBody is < 0 or > 16 * 1024 * 1024)
            yield return $"{key}:MaxBufferedBody: is {MaxBufferedBody}, but must be 0 to 16777216 bytes.";
        if (MaxInFlight is < 1 or > 100_000)
            yield return $"{key}:MaxInFlight: is {MaxInFlight}, but must be 1 to 100000.";
        if (Timeout < TimeSpan.FromMilliseconds(1) || Timeout > TimeSpan.FromHours(1))
            yield return $"{key}:Timeout: is {Timeout}, but must be 00:00:00.001 to 01:00:00.";
    }
}
