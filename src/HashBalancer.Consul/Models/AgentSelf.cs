using System.Text.Json;
using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

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
