using System.Text.Json.Serialization;

namespace HashBalancer.Gateway.Demo.Sample;

/// <summary>What a sample node answers.</summary>
/// <param name="Node">The node's ServiceID.</param>
/// <param name="Key">The key it was asked for.</param>
/// <param name="Cached">Whether the node held the key already.</param>
/// <param name="Keys">How many keys it holds now.</param>
internal sealed record SampleAnswer(string Node, string Key, bool Cached, int Keys);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SampleAnswer))]
internal sealed partial class SampleJson : JsonSerializerContext;
