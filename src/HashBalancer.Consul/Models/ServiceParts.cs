using System.Collections.Frozen;

namespace HashBalancer.Consul.Models;

/// <summary>The states of a check.</summary>
public static class CheckStatus
{
    /// <summary>The check succeeds.</summary>
    public const string Passing = "passing";

    /// <summary>The check warns; <c>passing</c> queries drop the instance all the same.</summary>
    public const string Warning = "warning";

    /// <summary>The check fails.</summary>
    public const string Critical = "critical";

    /// <summary>Only as an aggregate: maintenance mode.</summary>
    public const string Maintenance = "maintenance";

    /// <summary>The id of the check that puts a whole node into maintenance mode.</summary>
    public const string NodeMaintenanceCheckID = "_node_maintenance";

    /// <summary>What the id of the check that puts one instance into maintenance mode starts with; the service id follows.</summary>
    public const string ServiceMaintenanceCheckPrefix = "_service_maintenance:";
}

/// <summary>A service's relative capacity, by the state of its checks.</summary>
public sealed record ServiceWeights
{
    /// <summary>While all checks pass; at least 1, at most 65535.</summary>
    public int Passing { get; init; } = 1;

    /// <summary>While a check warns; 0 to 65535.</summary>
    public int Warning { get; init; } = 1;
}

/// <summary>A tagged address of a service.</summary>
public sealed record ServiceAddress
{
    /// <summary>Host name or IP address.</summary>
    public string Address { get; init; } = "";

    /// <summary>TCP port.</summary>
    public int Port { get; init; }
}

/// <summary>A JSON object without members that this product reads: <c>{}</c>.</summary>
public sealed record EmptyObject
{
    /// <summary>The one instance that is needed.</summary>
    public static EmptyObject Instance { get; } = new();
}

/// <summary>The proxy part of a catalogued service, in the form that an ordinary service has.</summary>
public sealed record ServiceProxy
{
    /// <summary>What an ordinary service has.</summary>
    public static ServiceProxy None { get; } = new();

    /// <summary>Empty for an ordinary service.</summary>
    public string Mode { get; init; } = "";

    /// <summary>Empty for an ordinary service.</summary>
    public EmptyObject MeshGateway { get; init; } = EmptyObject.Instance;

    /// <summary>Empty for an ordinary service.</summary>
    public EmptyObject Expose { get; init; } = EmptyObject.Instance;
}

/// <summary>Shared empty maps, so that defaults allocate nothing.</summary>
internal static class EmptyMap
{
    public static IReadOnlyDictionary<string, string> Strings { get; } = FrozenDictionary<string, string>.Empty;
}
