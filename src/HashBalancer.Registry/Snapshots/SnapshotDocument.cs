using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>What the snapshot file holds: enough for a restart to go on with services, keys and sessions.</summary>
internal sealed record SnapshotDocument
{
    /// <summary>The format; a file with another one is refused.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    public string NodeName { get; init; } = "";

    public string NodeId { get; init; } = "";

    public ulong Index { get; init; }

    public IReadOnlyList<SavedNode> Nodes { get; init; } = [];

    public IReadOnlyList<AgentService> AgentServices { get; init; } = [];

    public IReadOnlyList<SavedCheck> AgentChecks { get; init; } = [];

    public IReadOnlyList<SavedKey> Keys { get; init; } = [];

    public IReadOnlyList<SessionEntry> Sessions { get; init; } = [];

    public IReadOnlyList<AclPolicy> Policies { get; init; } = [];

    public IReadOnlyList<AclToken> Tokens { get; init; } = [];
}

/// <summary>A node with all that is registered on it.</summary>
internal sealed record SavedNode
{
    public CatalogNode Node { get; init; } = new();

    public IReadOnlyList<CatalogServiceInstance> Services { get; init; } = [];

    public IReadOnlyList<HealthCheck> Checks { get; init; } = [];
}

/// <summary>A key with its value.</summary>
internal sealed record SavedKey(string Key, byte[]? Value, ulong Flags, string? Session, ulong LockIndex, ulong CreateIndex, ulong ModifyIndex)
{
    public static SavedKey Of(KVPair pair) =>
        new(pair.Key, pair.Value, pair.Flags, pair.Session, pair.LockIndex, pair.CreateIndex, pair.ModifyIndex);

    public KVPair ToPair() => new()
    {
        Key = Key,
        Value = Value,
        Flags = Flags,
        Session = Session,
        LockIndex = LockIndex,
        CreateIndex = CreateIndex,
        ModifyIndex = ModifyIndex,
    };
}

/// <summary>A check of the agent with what it does.</summary>
internal sealed record SavedCheck
{
    public HealthCheck Row { get; init; } = new();

    public CheckPlan Plan { get; init; } = new(CheckKind.Ttl);
}
