using System.Text.Json.Serialization;
using HashBalancer.Control;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Admin;

/// <summary>Whether this gateway can route, and why not.</summary>
/// <param name="Ready">Whether every pool's nodes are known, from the registry now or earlier. A lost registry alone does not end readiness: the last nodes serve on.</param>
/// <param name="Draining">Whether it is about to stop, and is not ready for that.</param>
/// <param name="SnapshotVersion">The version in force.</param>
/// <param name="Registry">What is known of the registry.</param>
/// <param name="Gateway">This gateway's name among the others.</param>
/// <param name="IsLeader">Whether this gateway leads.</param>
/// <param name="Leader">The leader's name as last seen; null while there is none.</param>
/// <param name="Pools">Every pool, in order of name.</param>
internal sealed record ReadinessReport(
    bool Ready, bool Draining, long SnapshotVersion, RegistryReadiness Registry, string Gateway, bool IsLeader, string? Leader, IReadOnlyList<PoolReadiness> Pools)
{
    public static ReadinessReport Of(Snapshot snapshot, RegistryStatus registry, Leadership leadership, bool isDraining)
    {
        RegistryReport report = registry.Current;
        PoolReadiness[] pools = [.. snapshot.Pools.Values.OrderBy(pool => pool.Name, StringComparer.Ordinal).Select(pool => PoolReadiness.Of(pool, registry))];
        return new ReadinessReport(
            !isDraining && snapshot.Version > 0 && pools.All(pool => pool.Source != MembershipSource.None),
            isDraining,
            snapshot.Version,
            new RegistryReadiness(report.Address, report.State, report.Since, report.State == RegistryState.Reachable ? null : report.LastError),
            leadership.Name,
            leadership.IsLeader,
            leadership.Leader,
            pools);
    }
}

/// <summary>What is known of the registry.</summary>
/// <param name="Address">Where it is asked.</param>
/// <param name="State">Whether it answers.</param>
/// <param name="Since">Since when.</param>
/// <param name="Error">Why it does not.</param>
internal sealed record RegistryReadiness(string Address, RegistryState State, DateTimeOffset Since, string? Error);

/// <summary>One pool.</summary>
/// <param name="Name">The pool's name.</param>
/// <param name="Source">Where its nodes come from.</param>
/// <param name="Up">How many nodes serve.</param>
/// <param name="Draining">How many take no new keys.</param>
/// <param name="Down">How many have a critical check.</param>
/// <param name="Problem">Why its nodes are not known or not fresh; null when they are.</param>
internal sealed record PoolReadiness(string Name, MembershipSource Source, int Up, int Draining, int Down, string? Problem)
{
    public static PoolReadiness Of(PoolSnapshot pool, RegistryStatus registry) => new(
        pool.Name,
        pool.Source,
        pool.Nodes.Count(node => node.State == NodeState.Up),
        pool.Nodes.Count(node => node.State == NodeState.Draining),
        pool.Nodes.Count(node => node.State == NodeState.Down),
        registry.ProblemOf(pool.Name));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReadinessReport))]
internal sealed partial class ReadinessJson : JsonSerializerContext;
