using System.Text.Json.Serialization;

namespace HashBalancer.Control;

/// <summary>What leader, gateways and agents tell each other about the fleet.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(WireLease))]
[JsonSerializable(typeof(FleetEpoch))]
[JsonSerializable(typeof(AgentReport))]
[JsonSerializable(typeof(GatewayReport))]
[JsonSerializable(typeof(FleetControls))]
[JsonSerializable(typeof(FleetInput))]
[JsonSerializable(typeof(RecordedEpoch))]
[JsonSerializable(typeof(AllocationState))]
internal sealed partial class FleetJson : JsonSerializerContext;
