using System.Text.Json.Serialization;

namespace HashBalancer.LoadTests.Nodes;

/// <summary>What a node answers, and says first over a WebSocket.</summary>
/// <param name="Node">Its ServiceID.</param>
/// <param name="Key">The key it was asked for.</param>
/// <param name="Cached">Whether it held the key already.</param>
internal sealed record NodeAnswer(string Node, string Key, bool Cached);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NodeAnswer))]
internal sealed partial class NodeJson : JsonSerializerContext;
