using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

/// <summary>The answer of agent/health/service/id/:id, and one element of that of agent/health/service/name/:name.</summary>
public sealed record AgentServiceHealth
{
    /// <summary>passing, warning, critical or maintenance.</summary>
    public string AggregatedStatus { get; init; } = "";

    /// <summary>The instance; null when it is unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public AgentService? Service { get; init; }

    /// <summary>The checks that count for it; null when it is unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<AgentHealthCheck>? Checks { get; init; }
}

/// <summary>A check in <see cref="AgentServiceHealth"/>: unlike <see cref="HealthCheck"/> it spells its definition out.</summary>
public sealed record AgentHealthCheck
{
    /// <summary>Name of the Consul node.</summary>
    public string Node { get; init; } = "";

    /// <summary>The check's id.</summary>
    public string CheckID { get; init; } = "";

    /// <summary>A name for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>passing, warning or critical.</summary>
    public string Status { get; init; } = "";

    /// <summary>Free text.</summary>
    public string Notes { get; init; } = "";

    /// <summary>What the check last said.</summary>
    public string Output { get; init; } = "";

    /// <summary>The service instance; empty for a check of the node.</summary>
    public string ServiceID { get; init; } = "";

    /// <summary>The service's name; empty for a check of the node.</summary>
    public string ServiceName { get; init; } = "";

    /// <summary>The service's tags; null for a check of the node.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? ServiceTags { get; init; }

    /// <summary>The kind of check; empty here.</summary>
    public string Type { get; init; } = "";

    /// <summary>The definition, always with all its members.</summary>
    public AgentHealthCheckDefinition Definition { get; init; } = new();

    /// <summary>0 here.</summary>
    public ulong CreateIndex { get; init; }

    /// <summary>0 here.</summary>
    public ulong ModifyIndex { get; init; }
}

/// <summary>The definition inside <see cref="AgentHealthCheck"/>; the agent leaves all of it at its zero values.</summary>
public sealed record AgentHealthCheckDefinition
{
    /// <summary>0s here.</summary>
    public GoDuration Interval { get; init; }

    /// <summary>0s here.</summary>
    public GoDuration Timeout { get; init; }

    /// <summary>0s here.</summary>
    public GoDuration DeregisterCriticalServiceAfter { get; init; }

    /// <summary>Empty here.</summary>
    public string HTTP { get; init; } = "";

    /// <summary>Null here.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Header { get; init; }

    /// <summary>Empty here.</summary>
    public string Method { get; init; } = "";

    /// <summary>Empty here.</summary>
    public string Body { get; init; } = "";

    /// <summary>Empty here.</summary>
    public string TLSServerName { get; init; } = "";

    /// <summary>False here.</summary>
    public bool TLSSkipVerify { get; init; }

    /// <summary>Empty here.</summary>
    public string TCP { get; init; } = "";

    /// <summary>Empty here.</summary>
    public string GRPC { get; init; } = "";

    /// <summary>False here.</summary>
    public bool GRPCUseTLS { get; init; }
}
