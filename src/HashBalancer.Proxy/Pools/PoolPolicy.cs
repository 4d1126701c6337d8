namespace HashBalancer.Proxy;

/// <summary>How the requests of one pool are distributed.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed record PoolPolicy
{
    /// <summary>Where a request's key comes from. Default: the empty chain, by which every request goes to the less loaded of two nodes.</summary>
    public HashKeyChain HashKeys { get; init; } = HashKeyChain.Empty;
}
