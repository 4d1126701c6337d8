using System.Text.Json.Serialization;

namespace HashBalancer.Registry;

/// <summary>Serialisers of what is the registry's own, generated at compile time.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SnapshotDocument))]
[JsonSerializable(typeof(AclPolicy))]
[JsonSerializable(typeof(AclToken))]
[JsonSerializable(typeof(IReadOnlyList<AclPolicy>))]
[JsonSerializable(typeof(IReadOnlyList<AclToken>))]
internal sealed partial class RegistryJson : JsonSerializerContext;
