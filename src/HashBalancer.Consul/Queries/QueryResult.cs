namespace HashBalancer.Consul;

/// <summary>The answer to a read, with what its headers said.</summary>
/// <typeparam name="T">The body.</typeparam>
/// <param name="Value">The body.</param>
/// <param name="Index">X-Consul-Index, to wait on next; 0 when the endpoint gives none.</param>
/// <param name="KnownLeader">Whether the server knew a leader; null when it did not say.</param>
/// <param name="LastContact">How long ago the server had heard from the leader; null when it did not say.</param>
public sealed record QueryResult<T>(T Value, ulong Index, bool? KnownLeader, TimeSpan? LastContact)
{
    /// <summary>X-Consul-Contenthash, to wait on next; null but for agent/service/:id.</summary>
    public string? ContentHash { get; init; }

    /// <summary><c>blocking-query</c> or <c>streaming</c>; null when the endpoint does not say.</summary>
    public string? Backend { get; init; }

    /// <summary>The same headers with another body.</summary>
    internal QueryResult<TOther> With<TOther>(TOther value) =>
        new(value, Index, KnownLeader, LastContact) { ContentHash = ContentHash, Backend = Backend };
}
