using System.Text.Json.Serialization;

namespace HashBalancer.Agent;

/// <summary>What a node's agent needs of its lease, as the gateways' leader writes it.</summary>
/// <param name="Format">1; another one is not obeyed.</param>
/// <param name="Lease">The lease.</param>
internal sealed record WireLease(int Format, NodeLease? Lease);

/// <summary>See <see cref="WireLease"/>.</summary>
/// <param name="Node">The node's id.</param>
/// <param name="Phase">free, starting, warming, serving, notice or draining.</param>
/// <param name="Pool">The pool to serve; null: none.</param>
/// <param name="Service">The Consul service of the pool.</param>
/// <param name="Instance">The ServiceID to serve it under.</param>
/// <param name="Assigned">Tells one lease of the node from the next.</param>
internal sealed record NodeLease(string Node, string Phase, string? Pool, string? Service, string? Instance, long Assigned);

/// <summary>What the agent says.</summary>
/// <param name="State">What it does.</param>
/// <param name="Assigned">The <see cref="NodeLease.Assigned"/> of the lease that this is about.</param>
/// <param name="Instance">The ServiceID of what it runs.</param>
/// <param name="Reason">Why it declined, or restarts.</param>
/// <param name="Restarts">How often what it runs was started again.</param>
/// <param name="Cpu">Processor time used, as a fraction of what there is.</param>
/// <param name="Memory">Memory used, as a fraction of what there is.</param>
/// <param name="Utilisation">The most used resource.</param>
/// <param name="Limits">Which limits hold, or why none do.</param>
internal sealed record NodeReport(
    NodeWork State, long Assigned = 0, string? Instance = null, string? Reason = null, int Restarts = 0,
    double? Cpu = null, double? Memory = null, double? Utilisation = null, string? Limits = null);

/// <summary>What an agent does about its lease.</summary>
internal enum NodeWork
{
    /// <summary>It runs nothing.</summary>
    Idle,

    /// <summary>What it started is not well yet.</summary>
    Starting,

    /// <summary>It serves.</summary>
    Running,

    /// <summary>What it ran ended by itself, and is started again.</summary>
    Restarting,

    /// <summary>What it ran is being stopped.</summary>
    Stopping,

    /// <summary>It does not do it.</summary>
    Declined,
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WireLease))]
[JsonSerializable(typeof(NodeReport))]
internal sealed partial class FleetWireJson : JsonSerializerContext;
