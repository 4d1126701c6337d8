namespace HashBalancer.Proxy;

/// <summary>A pool as a request meets it: its policy, which configuration may change, and what lives on meanwhile.</summary>
internal sealed record Pool(string Name, PoolPolicy Policy, PoolRuntime Runtime);
