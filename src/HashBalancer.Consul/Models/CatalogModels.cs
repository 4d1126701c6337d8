using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

/// <summary>A Consul node (catalog/nodes; member Node of a <see cref="ServiceEntry"/>).</summary>
public sealed record CatalogNode
{
    /// <summary>The node's id, a UUID; empty for nodes registered without one.</summary>
    public string ID { get; init; } = "";

    /// <summary>The node's name.</summary>
    public string Node { get; init; } = "";

    /// <summary>Host name or IP address.</summary>
    public string Address { get; init; } = "";

    /// <summary>The node's datacenter.</summary>
    public string? Datacenter { get; init; }

    /// <summary>Further addresses by name; written as null when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, string>? TaggedAddresses { get; init; }

    /// <summary>Pairs of name and value; may be null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, string>? Meta { get; init; }

    /// <summary>Index of the write that created it.</summary>
    public ulong CreateIndex { get; init; }

    /// <summary>Index of the last write that changed it.</summary>
    public ulong ModifyIndex { get; init; }
}

/// <summary>A service instance as the catalog keeps it (health/service, catalog/node, txn).</summary>
public sealed record CatalogServiceInstance
{
    /// <summary>The service's kind; null for an ordinary one.</summary>
    public string? Kind { get; init; }

    /// <summary>The instance's id, unique on its node.</summary>
    public string ID { get; init; } = "";

    /// <summary>The service's name.</summary>
    public string Service { get; init; } = "";

    /// <summary>Labels; null only where they were never given (txn).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Host name or IP address; empty means the node's.</summary>
    public string Address { get; init; } = "";

    /// <summary>Further addresses by name; null when there are none.</summary>
    public IReadOnlyDictionary<string, ServiceAddress>? TaggedAddresses { get; init; }

    /// <summary>Pairs of name and value; written as null when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, string>? Meta { get; init; }

    /// <summary>TCP port; absent when 0.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Port { get; init; }

    /// <summary>Unix socket; null when there is none.</summary>
    public string? SocketPath { get; init; }

    /// <summary>Relative capacity.</summary>
    public ServiceWeights? Weights { get; init; }

    /// <summary>Whether other nodes may change the tags.</summary>
    public bool EnableTagOverride { get; init; }

    /// <summary>Proxy part; nothing of it for an ordinary service.</summary>
    public ServiceProxy Proxy { get; init; } = ServiceProxy.None;

    /// <summary>Service mesh part; empty for an ordinary service.</summary>
    public EmptyObject Connect { get; init; } = EmptyObject.Instance;

    /// <summary>Index of the write that created it.</summary>
    public ulong CreateIndex { get; init; }

    /// <summary>Index of the last write that changed it.</summary>
    public ulong ModifyIndex { get; init; }
}

/// <summary>One element of catalog/service/:name: node and instance in one flat object.</summary>
public sealed record CatalogService
{
    /// <summary>The node's id.</summary>
    public string ID { get; init; } = "";

    /// <summary>The node's name.</summary>
    public string Node { get; init; } = "";

    /// <summary>The node's address.</summary>
    public string Address { get; init; } = "";

    /// <summary>The node's datacenter.</summary>
    public string? Datacenter { get; init; }

    /// <summary>The node's further addresses; written as null when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, string>? TaggedAddresses { get; init; }

    /// <summary>The node's meta.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, string>? NodeMeta { get; init; }

    /// <summary>The service's kind; empty for an ordinary one.</summary>
    public string ServiceKind { get; init; } = "";

    /// <summary>The instance's id.</summary>
    public string ServiceID { get; init; } = "";

    /// <summary>The service's name.</summary>
    public string ServiceName { get; init; } = "";

    /// <summary>Labels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? ServiceTags { get; init; } = [];

    /// <summary>Host name or IP address; empty means the node's.</summary>
    public string ServiceAddress { get; init; } = "";

    /// <summary>Further addresses by name; null when there are none.</summary>
    public IReadOnlyDictionary<string, ServiceAddress>? ServiceTaggedAddresses { get; init; }

    /// <summary>Relative capacity.</summary>
    public ServiceWeights? ServiceWeights { get; init; }

    /// <summary>Pairs of name and value.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyDictionary<string, string>? ServiceMeta { get; init; } = EmptyMap.Strings;

    /// <summary>TCP port; 0 when there is none.</summary>
    public int ServicePort { get; init; }

    /// <summary>Unix socket; empty when there is none.</summary>
    public string ServiceSocketPath { get; init; } = "";

    /// <summary>Whether other nodes may change the tags.</summary>
    public bool ServiceEnableTagOverride { get; init; }

    /// <summary>Proxy part; nothing of it for an ordinary service.</summary>
    public ServiceProxy ServiceProxy { get; init; } = ServiceProxy.None;

    /// <summary>Service mesh part; empty for an ordinary service.</summary>
    public EmptyObject ServiceConnect { get; init; } = EmptyObject.Instance;

    /// <summary>Index of the write that created the instance.</summary>
    public ulong CreateIndex { get; init; }

    /// <summary>Index of the last write that changed the instance.</summary>
    public ulong ModifyIndex { get; init; }
}

/// <summary>The answer of catalog/node/:node; for an unknown node the answer is null as a whole.</summary>
public sealed record CatalogNodeServices
{
    /// <summary>The node.</summary>
    public CatalogNode Node { get; init; } = new();

    /// <summary>Its services by instance id.</summary>
    public IReadOnlyDictionary<string, CatalogServiceInstance> Services { get; init; } = new Dictionary<string, CatalogServiceInstance>();
}
