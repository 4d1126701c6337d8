using System.Text.Json;
using System.Text.Json.Serialization;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>One pool of the last-known-good file.</summary>
/// <param name="Definition">What was asked of the registry; the nodes are of use only to a pool that asks the same.</param>
/// <param name="Index">The registry's index of the answer that the nodes are from.</param>
/// <param name="Nodes">The nodes in order of their ids.</param>
internal sealed record KnownPool(PoolDefinition Definition, ulong Index, IReadOnlyList<NodeRegistration> Nodes);

/// <summary>What services announced.</summary>
/// <param name="Index">The registry's index of the answer.</param>
/// <param name="Announcements">The announcements in order of service.</param>
internal sealed record KnownAnnouncements(ulong Index, IReadOnlyList<ServiceAnnouncement> Announcements);

/// <summary>The last-known-good file as bytes: JSON with a version.</summary>
internal static class LastKnownGoodFormat
{
    public const int Version = 1;

    public static byte[] Write(DateTimeOffset writtenAt, IEnumerable<KnownPool> pools, KnownAnnouncements? announcements = null) => JsonSerializer.SerializeToUtf8Bytes(
        new KnownFile(Version, writtenAt, [.. pools.OrderBy(p => p.Definition.Name, StringComparer.OrdinalIgnoreCase)], announcements), KnownFileJson.Default.KnownFile);

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is not one that <see cref="Write"/> could have written; the message says why.</exception>
    public static KnownFile Read(byte[] contents)
    {
        KnownFile file;
        try
        {
            file = JsonSerializer.Deserialize(contents, KnownFileJson.Default.KnownFile) ?? throw new InvalidDataException("it holds null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"it is not valid JSON of this form: {e.Message}", e);
        }

        if (file.Version != Version)
            throw new InvalidDataException($"its version is {file.Version}; this program reads version {Version}");
        foreach (KnownPool? pool in file.Pools)
            Check(pool ?? throw new InvalidDataException("a pool is null"));
        if (file.Announcements?.Announcements.Any(a => a is not { Service: not null, Routes: not null, HashKeys: not null } || a.Routes.Any(r => r?.Path is null)) == true)
            throw new InvalidDataException("an announcement is not whole");
        return file;
    }

    private static void Check(KnownPool pool)
    {
        List<string> errors = [];
        PoolDefinitionValidator.Validate([pool.Definition], "pools", errors);
        if (errors.Count > 0)
            throw new InvalidDataException(errors[0]);
        foreach (NodeRegistration? node in pool.Nodes)
        {
            if (node is null)
                throw new InvalidDataException($"a node of pool '{pool.Definition.Name}' is null");
            if (FaultOf(node) is { } fault)
                throw new InvalidDataException($"node '{ForeignText.Shown(node.Id)}' of pool '{pool.Definition.Name}': {fault}");
        }

        try
        {
            _ = new PoolMembership(pool.Definition.Name, MembershipSource.LastKnownGood, pool.Nodes);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    private static string? FaultOf(NodeRegistration node) =>
        NodeRules.FaultOfId(node.Id) ?? NodeRules.FaultOfAddress(node.Host, node.Port)
        ?? (node.State is NodeState.Up or NodeState.Draining or NodeState.Down ? null : $"its state is {(int)node.State}; allowed are Up, Draining, Down");
}

/// <summary>The file's outermost object.</summary>
internal sealed record KnownFile(int Version, DateTimeOffset WrittenAt, IReadOnlyList<KnownPool> Pools, KnownAnnouncements? Announcements = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KnownFile))]
internal sealed partial class KnownFileJson : JsonSerializerContext;
