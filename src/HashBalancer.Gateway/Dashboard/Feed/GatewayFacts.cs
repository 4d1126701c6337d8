using HashBalancer.Control;

namespace HashBalancer.Gateway.Dashboard.Feed;

/// <summary>What every page shows of the gateway, at one moment.</summary>
/// <param name="AtMilliseconds">When, in Unix milliseconds.</param>
/// <param name="Name">This gateway's name among the others.</param>
/// <param name="Leader">The leader's; null while there is none.</param>
/// <param name="IsLeader">Whether it is this one.</param>
/// <param name="SnapshotVersion">The version in force.</param>
/// <param name="Registry">What is known of the registry.</param>
/// <param name="UpSeconds">How long this gateway runs.</param>
/// <param name="Pools">Every pool, in order of name.</param>
internal sealed record GatewayFacts(
    long AtMilliseconds, string Name, string? Leader, bool IsLeader, long SnapshotVersion, RegistryReport Registry, long UpSeconds, IReadOnlyList<PoolFacts> Pools);

/// <summary>One pool in the list of pools.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Up">Nodes that serve.</param>
/// <param name="Total">Nodes that are registered.</param>
/// <param name="Rate">Requests per second.</param>
internal sealed record PoolFacts(string Name, int Up, int Total, double Rate);
