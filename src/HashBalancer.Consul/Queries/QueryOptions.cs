namespace HashBalancer.Consul;

/// <summary>How fresh a read must be.</summary>
public enum Consistency
{
    /// <summary>The leader answers on its lease: fresh but for a short window after a change of leader.</summary>
    Default,

    /// <summary>Any server answers, even without a leader; may lag, see <see cref="QueryResult{T}.LastContact"/>.</summary>
    Stale,

    /// <summary>The leader first makes sure that it still leads.</summary>
    Consistent,
}

/// <summary>How a read is made; what is null or 0 is not sent.</summary>
public sealed record QueryOptions
{
    /// <summary>A plain read that answers at once.</summary>
    public static QueryOptions None { get; } = new();

    /// <summary>Wait for an index above this one; 0 answers at once.</summary>
    public ulong Index { get; init; }

    /// <summary>How long to wait, at most 10 minutes; Consul's default is 5 minutes. Without an index or a hash it has no effect.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>Wait while the content hash equals this one (agent/service/:id only).</summary>
    public string? Hash { get; init; }

    /// <summary>How fresh the answer must be; null: as <see cref="ConsulClientOptions.Consistency"/> says.</summary>
    public Consistency? Consistency { get; init; }

    /// <summary>Whether the agent may answer from its cache; not together with <see cref="Consul.Consistency.Consistent"/>.</summary>
    public bool Cached { get; init; }

    /// <summary>An expression in Consul's filter language.</summary>
    public string? Filter { get; init; }

    /// <summary>Sort by the round trip time from this node; <c>_agent</c> for the agent's own.</summary>
    public string? Near { get; init; }

    /// <summary>The datacenter; null: as <see cref="ConsulClientOptions.Datacenter"/> says.</summary>
    public string? Datacenter { get; init; }

    /// <summary>A token for this call alone.</summary>
    public string? Token { get; init; }
}
