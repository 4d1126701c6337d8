using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

/// <summary>The body of PUT /v1/agent/service/register. Members that are null, false or 0 are not sent.</summary>
public sealed record AgentServiceRegistration
{
    /// <summary>The service's kind; empty for an ordinary one.</summary>
    public string? Kind { get; init; }

    /// <summary>The instance's id, unique on the agent; defaults to <see cref="Name"/>.</summary>
    public string? ID { get; init; }

    /// <summary>The service's name; required.</summary>
    public string? Name { get; init; }

    /// <summary>Labels to filter by.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>TCP port; 0 when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Port { get; init; }

    /// <summary>Host name or IP address; empty means the agent's own address.</summary>
    public string? Address { get; init; }

    /// <summary>Unix socket instead of address and port.</summary>
    public string? SocketPath { get; init; }

    /// <summary>Further addresses by name (lan, wan, lan_ipv4, …).</summary>
    public IReadOnlyDictionary<string, ServiceAddress>? TaggedAddresses { get; init; }

    /// <summary>Whether other nodes may change the tags in the catalog.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool EnableTagOverride { get; init; }

    /// <summary>At most 64 pairs; keys of up to 128 of [A-Za-z0-9_-], not starting with "consul-"; values of up to 512 characters.</summary>
    public IReadOnlyDictionary<string, string>? Meta { get; init; }

    /// <summary>Relative capacity; 1 and 1 when absent.</summary>
    public ServiceWeights? Weights { get; init; }

    /// <summary>One check; numbered before those of <see cref="Checks"/>.</summary>
    public AgentServiceCheck? Check { get; init; }

    /// <summary>Several checks.</summary>
    public IReadOnlyList<AgentServiceCheck>? Checks { get; init; }

    /// <summary>The ACL token the agent uses for this service.</summary>
    public string? Token { get; init; }
}

/// <summary>What a check does, as both forms of registration share it. Members that are null, false or 0 are not sent.</summary>
public abstract record CheckDefinition
{
    /// <summary>A name for people.</summary>
    public string? Name { get; init; }

    /// <summary>Free text.</summary>
    public string? Notes { get; init; }

    /// <summary>The state before the first result: passing, warning or critical (the default).</summary>
    public string? Status { get; init; }

    /// <summary>A command and its arguments; agents refuse it unless script checks are enabled.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Makes a TTL check: critical unless reported within this time.</summary>
    public GoDuration? TTL { get; init; }

    /// <summary>Makes an HTTP check: the URL to ask.</summary>
    public string? HTTP { get; init; }

    /// <summary>Method of an HTTP check; GET by default.</summary>
    public string? Method { get; init; }

    /// <summary>Headers of an HTTP check.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Header { get; init; }

    /// <summary>Body of an HTTP check.</summary>
    public string? Body { get; init; }

    /// <summary>Makes a TCP check: host:port to connect to.</summary>
    public string? TCP { get; init; }

    /// <summary>Makes a gRPC health check: host:port or host:port/service.</summary>
    public string? GRPC { get; init; }

    /// <summary>Whether the gRPC check uses TLS.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool GRPCUseTLS { get; init; }

    /// <summary>Makes an HTTP/2 ping check: host:port.</summary>
    public string? H2PING { get; init; }

    /// <summary>Node of an alias check.</summary>
    public string? AliasNode { get; init; }

    /// <summary>Service id of an alias check.</summary>
    public string? AliasService { get; init; }

    /// <summary>How often the check runs; at least 1 s.</summary>
    public GoDuration? Interval { get; init; }

    /// <summary>How long one run may take; 10 s by default.</summary>
    public GoDuration? Timeout { get; init; }

    /// <summary>Server name to ask for in TLS.</summary>
    public string? TLSServerName { get; init; }

    /// <summary>Whether the certificate goes unchecked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool TLSSkipVerify { get; init; }

    /// <summary>Successes in a row before critical turns passing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int SuccessBeforePassing { get; init; }

    /// <summary>Failures in a row before passing turns critical.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int FailuresBeforeCritical { get; init; }

    /// <summary>Bytes of output kept; 4096 by default.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int OutputMaxSize { get; init; }

    /// <summary>After this long in critical the service is deregistered; at least 1 minute, looked at every 30 s.</summary>
    public GoDuration? DeregisterCriticalServiceAfter { get; init; }
}

/// <summary>A check inside a service's registration; its id member is CheckID.</summary>
public sealed record AgentServiceCheck : CheckDefinition
{
    /// <summary>The check's id; <c>service:ID</c> or <c>service:ID:n</c> by default.</summary>
    public string? CheckID { get; init; }
}

/// <summary>The body of PUT /v1/agent/check/register; its id member is ID.</summary>
public sealed record AgentCheckRegistration : CheckDefinition
{
    /// <summary>The check's id; its name by default.</summary>
    public string? ID { get; init; }

    /// <summary>The service instance it belongs to; without one it is a check of the node.</summary>
    public string? ServiceID { get; init; }
}

/// <summary>The body of PUT /v1/agent/check/update/:id.</summary>
public sealed record AgentCheckUpdate
{
    /// <summary>passing, warning or critical.</summary>
    public string? Status { get; init; }

    /// <summary>What the check says about itself.</summary>
    public string? Output { get; init; }
}
