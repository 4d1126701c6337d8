using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

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
