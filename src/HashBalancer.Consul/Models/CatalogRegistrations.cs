using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

/// <summary>The body of PUT /v1/catalog/register.</summary>
public sealed record CatalogRegistration
{
    /// <summary>The node's id, a UUID.</summary>
    public string? ID { get; init; }

    /// <summary>The node's name; required.</summary>
    public string? Node { get; init; }

    /// <summary>The node's address; required.</summary>
    public string? Address { get; init; }

    /// <summary>The datacenter; the agent's by default.</summary>
    public string? Datacenter { get; init; }

    /// <summary>The node's further addresses.</summary>
    public IReadOnlyDictionary<string, string>? TaggedAddresses { get; init; }

    /// <summary>The node's meta.</summary>
    public IReadOnlyDictionary<string, string>? NodeMeta { get; init; }

    /// <summary>An instance to register with it.</summary>
    public CatalogServiceInstance? Service { get; init; }

    /// <summary>A check to register with it.</summary>
    public HealthCheck? Check { get; init; }

    /// <summary>Checks to register with it.</summary>
    public IReadOnlyList<HealthCheck>? Checks { get; init; }

    /// <summary>Whether a node that exists keeps its own members.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool SkipNodeUpdate { get; init; }
}

/// <summary>The body of PUT /v1/catalog/deregister: a node, or one of its instances or checks.</summary>
public sealed record CatalogDeregistration
{
    /// <summary>The node's name; required.</summary>
    public string? Node { get; init; }

    /// <summary>The datacenter; the agent's by default.</summary>
    public string? Datacenter { get; init; }

    /// <summary>The instance to take out; null for the whole node or a check.</summary>
    public string? ServiceID { get; init; }

    /// <summary>The check to take out.</summary>
    public string? CheckID { get; init; }
}
