using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

/// <summary>An entry of the key-value store.</summary>
public sealed record KVPair
{
    /// <summary>How often a session has taken the entry's lock; a plain write under a lock sets it to 0.</summary>
    public ulong LockIndex { get; init; }

    /// <summary>The key, case-sensitive, without a leading slash.</summary>
    public string Key { get; init; } = "";

    /// <summary>A number for the writer's own use.</summary>
    public ulong Flags { get; init; }

    /// <summary>The value, base64 on the wire; null when it is empty.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    [JsonConverter(typeof(BytesConverter))]
    public byte[]? Value { get; init; }

    /// <summary>The session that holds the lock; absent when none does.</summary>
    public string? Session { get; init; }

    /// <summary>Index of the write that created it.</summary>
    public ulong CreateIndex { get; init; }

    /// <summary>Index of the last write that changed it; what cas compares.</summary>
    public ulong ModifyIndex { get; init; }
}
