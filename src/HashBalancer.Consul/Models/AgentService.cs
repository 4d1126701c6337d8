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
