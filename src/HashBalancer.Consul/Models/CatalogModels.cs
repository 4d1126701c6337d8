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

/// <summary>A check as the agent and the catalog show it (agent/checks, health/*).</summary>
public sealed record HealthCheck
{
    /// <summary>Name of the Consul node.</summary>
    public string Node { get; init; } = "";

    /// <summary>The check's id, unique on its node.</summary>
    public string CheckID { get; init; } = "";

    /// <summary>A name for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>passing, warning or critical.</summary>
    public string Status { get; init; } = "";

    /// <summary>Free text.</summary>
    public string Notes { get; init; } = "";

    /// <summary>What the check last said; the catalog's copy may lag by minutes while the status stays.</summary>
    public string Output { get; init; } = "";

    /// <summary>The service instance; empty for a check of the node.</summary>
    public string ServiceID { get; init; } = "";

    /// <summary>The service's name; empty for a check of the node.</summary>
    public string ServiceName { get; init; } = "";

    /// <summary>The service's tags.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? ServiceTags { get; init; } = [];

    /// <summary>ttl, http, tcp, …; empty for checks that the agent does not run.</summary>
    public string Type { get; init; } = "";

    /// <summary>As registered; empty when it has none.</summary>
    public string Interval { get; init; } = "";

    /// <summary>As registered; empty when it has none.</summary>
    public string Timeout { get; init; } = "";

    /// <summary>Port of a proxy's exposed path; 0 otherwise.</summary>
    public int ExposedPort { get; init; }

    /// <summary>The definition of a check that was written to the catalog; empty for an agent's own.</summary>
    public HealthCheckDefinition? Definition { get; init; } = HealthCheckDefinition.None;

    /// <summary>Index of the write that created it; 0 in agent/checks.</summary>
    public ulong CreateIndex { get; init; }

    /// <summary>Index of the last write that changed it; 0 in agent/checks.</summary>
    public ulong ModifyIndex { get; init; }
}

/// <summary>The definition of a check in the catalog; members that are null are absent, so that none of them gives <c>{}</c>.</summary>
public sealed record HealthCheckDefinition
{
    /// <summary>A definition without members.</summary>
    public static HealthCheckDefinition None { get; } = new();

    /// <summary>The URL of an HTTP check.</summary>
    public string? HTTP { get; init; }

    /// <summary>Server name to ask for in TLS.</summary>
    public string? TLSServerName { get; init; }

    /// <summary>Whether the certificate goes unchecked.</summary>
    public bool? TLSSkipVerify { get; init; }

    /// <summary>Headers of an HTTP check.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Header { get; init; }

    /// <summary>Method of an HTTP check.</summary>
    public string? Method { get; init; }

    /// <summary>Body of an HTTP check.</summary>
    public string? Body { get; init; }

    /// <summary>host:port of a TCP check.</summary>
    public string? TCP { get; init; }

    /// <summary>How often the check runs.</summary>
    public GoDuration? Interval { get; init; }

    /// <summary>How long one run may take.</summary>
    public GoDuration? Timeout { get; init; }

    /// <summary>After this long in critical the service is deregistered.</summary>
    public GoDuration? DeregisterCriticalServiceAfter { get; init; }
}

/// <summary>One element of health/service/:name: an instance, its node, and the checks that count for it.</summary>
public sealed record ServiceEntry
{
    /// <summary>The node that hosts the instance.</summary>
    public CatalogNode Node { get; init; } = new();

    /// <summary>The instance.</summary>
    public CatalogServiceInstance Service { get; init; } = new();

    /// <summary>Checks of the instance and of its node.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<HealthCheck>? Checks { get; init; } = [];
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
