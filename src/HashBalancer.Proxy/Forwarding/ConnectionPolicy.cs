namespace HashBalancer.Proxy;

/// <summary>How the fast path keeps connections to each node of a pool.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed record ConnectionPolicy
{
    private static readonly TimeSpan LongestKept = TimeSpan.FromDays(1);

    /// <summary>The connections of a pool that says nothing about them.</summary>
    public static ConnectionPolicy Default { get; } = new();

    /// <summary>How many connections to one node are in use at once, 1 to 100,000; 0 (default): as many as there are requests.
    /// Further requests wait for one, no longer than <see cref="ConnectTimeout"/>.</summary>
    public int Limit { get; init; }

    /// <summary>How long a connection to a node may take to open, 1 ms to 10 min. Default 15 s, as YARP's client.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an unused connection is kept, 1 ms to 1 day, to a tenth of a second. Default 1 min, as YARP's client. It should be
    /// shorter than the node's own: who closes first decides whether a request can meet a closing connection.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How old a connection may grow before the request after which it is closed, 1 ms to 1 day. Default null: any age. For nodes
    /// behind an address that is to be resolved anew, such as a service with one name.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>Every value out of range, each as <c>Key: what is wrong and what is allowed</c>.</summary>
    /// <param name="key">The key of this section.</param>
    public IEnumerable<string> Validate(string key)
    {
        if (Limit is < 0 or > 100_000)
            yield return $"{key}:Limit: is {Limit}, but must be 0 (no limit) to 100000.";
        if (!IsWithin(ConnectTimeout, TimeSpan.FromMinutes(10)))
            yield return $"{key}:ConnectTimeout: is {ConnectTimeout}, but must be 00:00:00.001 to 00:10:00.";
        if (!IsWithin(IdleTimeout, LongestKept))
            yield return $"{key}:IdleTimeout: is {IdleTimeout}, but must be 00:00:00.001 to 1.00:00:00.";
        if (Lifetime is { } lifetime && !IsWithin(lifetime, LongestKept))
            yield return $"{key}:Lifetime: is {Lifetime}, but must be 00:00:00.001 to 1.00:00:00.";
    }

    private static bool IsWithin(TimeSpan time, TimeSpan most) => time >= TimeSpan.FromMilliseconds(1) && time <= most;
}
