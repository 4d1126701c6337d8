using System.Text.Json;
using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

/// <summary>A service instance as its agent shows it (agent/services, agent/service/:id).</summary>
public sealed record AgentService
{
    /// <summary>The service's kind; null for an ordinary one.</summary>
    public string? Kind { get; init; }

    /// <summary>The instance's id.</summary>
    public string ID { get; init; } = "";

    /// <summary>The service's name.</summary>
    public string Service { get; init; } = "";

    /// <summary>Labels; written even when empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? Tags { get; init; } = [];

    /// <summary>Pairs of name and value; written even when empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, string>? Meta { get; init; } = EmptyMap.Strings;

    /// <summary>TCP port; 0 when there is none.</summary>
    public int Port { get; init; }

    /// <summary>Host name or IP address; empty means the agent's.</summary>
    public string Address { get; init; } = "";

    /// <summary>Unix socket; null when there is none.</summary>
    public string? SocketPath { get; init; }

    /// <summary>Further addresses by name; null when there are none.</summary>
    public IReadOnlyDictionary<string, ServiceAddress>? TaggedAddresses { get; init; }

    /// <summary>Relative capacity.</summary>
    public ServiceWeights? Weights { get; init; }

    /// <summary>Whether other nodes may change the tags.</summary>
    public bool EnableTagOverride { get; init; }

    /// <summary>What hash-based blocking queries compare; only in agent/service/:id.</summary>
    public string? ContentHash { get; init; }

    /// <summary>The agent's datacenter.</summary>
    public string? Datacenter { get; init; }
}

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

/// <summary>The answer of GET /v1/agent/self.</summary>
public sealed record AgentSelf
{
    /// <summary>What the agent is.</summary>
    public AgentConfig? Config { get; init; }

    /// <summary>Its effective configuration, in a form that varies with the version.</summary>
    public JsonElement? DebugConfig { get; init; }

    /// <summary>Its network coordinate.</summary>
    public JsonElement? Coord { get; init; }

    /// <summary>The agent as a member of the gossip pool.</summary>
    public AgentMember? Member { get; init; }

    /// <summary>Counters for people.</summary>
    public JsonElement? Stats { get; init; }

    /// <summary>The node's meta.</summary>
    public IReadOnlyDictionary<string, string>? Meta { get; init; }

    /// <summary>What it supports of Envoy's discovery protocol.</summary>
    [JsonPropertyName("xDS")]
    public JsonElement? XDS { get; init; }
}

/// <summary>The member Config of <see cref="AgentSelf"/>.</summary>
public sealed record AgentConfig
{
    /// <summary>The agent's datacenter.</summary>
    public string Datacenter { get; init; } = "";

    /// <summary>The datacenter that ACLs come from.</summary>
    public string PrimaryDatacenter { get; init; } = "";

    /// <summary>Name of the Consul node.</summary>
    public string NodeName { get; init; } = "";

    /// <summary>Id of the Consul node.</summary>
    public string NodeID { get; init; } = "";

    /// <summary>Commit it was built from.</summary>
    public string Revision { get; init; } = "";

    /// <summary>Whether it is a server.</summary>
    public bool Server { get; init; }

    /// <summary>Consul's version.</summary>
    public string Version { get; init; } = "";
}

/// <summary>A member of the gossip pool (agent/members).</summary>
public sealed record AgentMember
{
    /// <summary>Name of the Consul node.</summary>
    public string Name { get; init; } = "";

    /// <summary>IP address.</summary>
    public string Addr { get; init; } = "";

    /// <summary>Gossip port.</summary>
    public int Port { get; init; }

    /// <summary>What the member says about itself.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>0 none, 1 alive, 2 leaving, 3 left, 4 failed.</summary>
    public int Status { get; init; }

    /// <summary>Lowest gossip protocol version it speaks.</summary>
    public int ProtocolMin { get; init; }

    /// <summary>Highest gossip protocol version it speaks.</summary>
    public int ProtocolMax { get; init; }

    /// <summary>Gossip protocol version in use.</summary>
    public int ProtocolCur { get; init; }

    /// <summary>Lowest delegate version it speaks.</summary>
    public int DelegateMin { get; init; }

    /// <summary>Highest delegate version it speaks.</summary>
    public int DelegateMax { get; init; }

    /// <summary>Delegate version in use.</summary>
    public int DelegateCur { get; init; }
}
