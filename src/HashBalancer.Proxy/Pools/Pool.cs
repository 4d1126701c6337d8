namespace HashBalancer.Proxy;

/// <summary>A pool as a request meets it: its policy, which configuration may change, and what lives on meanwhile.</summary>
internal sealed record Pool(string Name, PoolPolicy Policy, PoolRuntime Runtime)
{
    /// <summary>Where requests wait to be let in; null when every request is. It changes with its policy: requests inside leave by the gate they came through.</summary>
    public AdmissionGate? Gate { get; init; }
}
