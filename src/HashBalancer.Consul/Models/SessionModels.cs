using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

/// <summary>What happens to a session's locks when it ends.</summary>
public static class SessionBehavior
{
    /// <summary>The locks are released; the keys stay. The default.</summary>
    public const string Release = "release";

    /// <summary>The locked keys are deleted.</summary>
    public const string Delete = "delete";
}

/// <summary>The body of PUT /v1/session/create. Members that are null are not sent.</summary>
public sealed record SessionRequest
{
    /// <summary>A name for people.</summary>
    public string? Name { get; init; }

    /// <summary>The node it belongs to; the agent's by default.</summary>
    public string? Node { get; init; }

    /// <summary>How long a lock stays refused to everyone after the session ended; 15 s by default, at most 60 s.</summary>
    public GoDuration? LockDelay { get; init; }

    /// <summary>One of <see cref="SessionBehavior"/>.</summary>
    public string? Behavior { get; init; }

    /// <summary>Ends the session unless it is renewed; 10 s to 24 h, counted twice. Null or empty: it lives as long as its checks.</summary>
    public string? TTL { get; init; }

    /// <summary>Checks of the node whose failure ends the session; serfHealth by default.</summary>
    public IReadOnlyList<string>? NodeChecks { get; init; }

    /// <summary>Checks of services whose failure ends the session.</summary>
    public IReadOnlyList<SessionServiceCheck>? ServiceChecks { get; init; }

    /// <summary>The older form of <see cref="NodeChecks"/>.</summary>
    public IReadOnlyList<string>? Checks { get; init; }
}

/// <summary>A check of a service that a session depends on.</summary>
public sealed record SessionServiceCheck
{
    /// <summary>The check's id.</summary>
    public string ID { get; init; } = "";

    /// <summary>Empty.</summary>
    public string? Namespace { get; init; }
}

/// <summary>The answer of PUT /v1/session/create.</summary>
public sealed record SessionCreated
{
    /// <summary>The session's id, a UUID.</summary>
    public string ID { get; init; } = "";
}

/// <summary>A session (session/info, list, node, renew).</summary>
public sealed record SessionEntry
{
    /// <summary>The session's id, a UUID.</summary>
    public string ID { get; init; } = "";

    /// <summary>A name for people.</summary>
    public string Name { get; init; } = "";

    /// <summary>The node it belongs to.</summary>
    public string Node { get; init; } = "";

    /// <summary>How long a lock stays refused after the session ended; nanoseconds on the wire.</summary>
    [JsonConverter(typeof(GoDurationNanosecondsConverter))]
    public GoDuration LockDelay { get; init; }

    /// <summary>One of <see cref="SessionBehavior"/>.</summary>
    public string Behavior { get; init; } = "";

    /// <summary>As given; empty when it has none.</summary>
    public string TTL { get; init; } = "";

    /// <summary>Checks of the node whose failure ends the session.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? NodeChecks { get; init; }

    /// <summary>Checks of services whose failure ends the session; written as null when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<SessionServiceCheck>? ServiceChecks { get; init; }

    /// <summary>The older form of <see cref="NodeChecks"/>; absent when it was not used.</summary>
    public IReadOnlyList<string>? Checks { get; init; }

    /// <summary>Index of the write that created it.</summary>
    public ulong CreateIndex { get; init; }

    /// <summary>Index of the last write that changed it.</summary>
    public ulong ModifyIndex { get; init; }
}
