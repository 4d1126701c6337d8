using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

/// <summary>One operation of a transaction: exactly one member is set.</summary>
public sealed record TxnOp
{
    /// <summary>On a key.</summary>
    public TxnKVOp? KV { get; init; }

    /// <summary>On a node.</summary>
    public TxnNodeOp? Node { get; init; }

    /// <summary>On a service instance.</summary>
    public TxnServiceOp? Service { get; init; }

    /// <summary>On a check.</summary>
    public TxnCheckOp? Check { get; init; }
}

/// <summary>An operation on a key.</summary>
public sealed record TxnKVOp
{
    /// <summary>set, cas, lock, unlock, get, get-tree, check-index, check-session, check-not-exists, delete, delete-tree, delete-cas.</summary>
    public string? Verb { get; init; }

    /// <summary>The key.</summary>
    public string? Key { get; init; }

    /// <summary>The value, base64 on the wire.</summary>
    public byte[]? Value { get; init; }

    /// <summary>A number for the writer's own use.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Flags { get; init; }

    /// <summary>The ModifyIndex to compare.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ulong Index { get; init; }

    /// <summary>The session of lock, unlock and check-session.</summary>
    public string? Session { get; init; }
}

/// <summary>An operation on a node.</summary>
public sealed record TxnNodeOp
{
    /// <summary>set, cas, get, delete, delete-cas.</summary>
    public string? Verb { get; init; }

    /// <summary>The node.</summary>
    public CatalogNode? Node { get; init; }
}

/// <summary>An operation on a service instance.</summary>
public sealed record TxnServiceOp
{
    /// <summary>set, cas, get, delete, delete-cas.</summary>
    public string? Verb { get; init; }

    /// <summary>The node's name.</summary>
    public string? Node { get; init; }

    /// <summary>The instance.</summary>
    public CatalogServiceInstance? Service { get; init; }
}

/// <summary>An operation on a check.</summary>
public sealed record TxnCheckOp
{
    /// <summary>set, cas, get, delete, delete-cas.</summary>
    public string? Verb { get; init; }

    /// <summary>The check.</summary>
    public HealthCheck? Check { get; init; }
}

/// <summary>The answer of PUT /v1/txn; the members from Index on are there only when all operations read.</summary>
public sealed record TxnResponse
{
    /// <summary>The results, or null when the transaction was refused.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<TxnResult>? Results { get; init; }

    /// <summary>The operations that failed, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<TxnError>? Errors { get; init; }

    /// <summary>Whether the operations were carried out.</summary>
    [JsonIgnore]
    public bool Committed => Errors is null or { Count: 0 };

    /// <summary>The index read at.</summary>
    public ulong? Index { get; init; }

    /// <summary>Nanoseconds since the server heard from the leader.</summary>
    public long? LastContact { get; init; }

    /// <summary>Whether the server knows a leader.</summary>
    public bool? KnownLeader { get; init; }

    /// <summary>Empty.</summary>
    public string? ConsistencyLevel { get; init; }

    /// <summary>False.</summary>
    public bool? NotModified { get; init; }

    /// <summary>0.</summary>
    public int? Backend { get; init; }
}

/// <summary>The result of one operation: exactly one member is set.</summary>
public sealed record TxnResult
{
    /// <summary>The entry; its value only for reads.</summary>
    public KVPair? KV { get; init; }

    /// <summary>The node.</summary>
    public CatalogNode? Node { get; init; }

    /// <summary>The service instance.</summary>
    public CatalogServiceInstance? Service { get; init; }

    /// <summary>The check.</summary>
    public HealthCheck? Check { get; init; }
}

/// <summary>Why one operation of a transaction failed.</summary>
public sealed record TxnError
{
    /// <summary>Position of the operation, from 0.</summary>
    public int OpIndex { get; init; }

    /// <summary>Consul's text.</summary>
    public string What { get; init; } = "";
}
