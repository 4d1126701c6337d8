namespace HashBalancer.Agent;

/// <summary>How an instance measures and tells its load.</summary>
public sealed class LoadOptions
{
    /// <summary>Time that one report covers. Default 1 s; from 100 ms to 1 minute.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether responses carry the latest report in the header <see cref="LoadReport.HeaderName"/>. Default true. Gateways read it; take it
    /// off where responses reach clients without one and the load is nobody's business.
    /// </summary>
    public bool ResponseHeader { get; set; } = true;

    /// <summary>
    /// Requests at one time that make the instance full: its utilisation is then the higher of processor use and this. Default none:
    /// processor use alone. Ignored where the application brings an <see cref="IUtilisationSource"/>.
    /// </summary>
    public int? ConcurrencyLimit { get; set; }

    /// <summary>
    /// Whether each heartbeat also writes the load into the registry, where gateways that rebalance read it. Default none: it does where responses do
    /// not carry it, because <see cref="ResponseHeader"/> is false or the instance is a process of its own behind the agent.
    /// </summary>
    public bool? RegistryEntry { get; set; }

    /// <summary>
    /// The folder of those entries; gateways look in the one beside their leader's key. Default <c>hashbalancer/heartbeats</c>, for their default key.
    /// 1 to 200 characters that do not begin with '/'.
    /// </summary>
    public string RegistryFolder { get; set; } = "hashbalancer/heartbeats";
}
