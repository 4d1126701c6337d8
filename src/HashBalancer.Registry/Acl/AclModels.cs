namespace HashBalancer.Registry;

/// <summary>A policy as the ACL endpoints show it.</summary>
internal sealed record AclPolicy
{
    public string ID { get; init; } = "";

    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    public string Rules { get; init; } = "";

    public string Hash { get; init; } = "";

    public ulong CreateIndex { get; init; }

    public ulong ModifyIndex { get; init; }
}

/// <summary>A token as the ACL endpoints show it.</summary>
internal sealed record AclToken
{
    public string AccessorID { get; init; } = "";

    public string SecretID { get; init; } = "";

    public string Description { get; init; } = "";

    public IReadOnlyList<AclLink> Policies { get; init; } = [];

    public bool Local { get; init; }

    public DateTimeOffset CreateTime { get; init; }

    public string Hash { get; init; } = "";

    public ulong CreateIndex { get; init; }

    public ulong ModifyIndex { get; init; }
}

/// <summary>A policy named by a token.</summary>
internal sealed record AclLink
{
    public string ID { get; init; } = "";

    public string Name { get; init; } = "";
}
