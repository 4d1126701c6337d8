using System.Text.Json.Serialization;

namespace HashBalancer.Consul.Models;

/// <summary>Serialisers of every wire model, generated at compile time; reading ignores the case of names, as Consul does.</summary>
/// <remarks>Null members are left out, except those that Consul writes as null. Unknown members are skipped. Thread-safe.</remarks>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = false)]
[JsonSerializable(typeof(AgentServiceRegistration))]
[JsonSerializable(typeof(AgentCheckRegistration))]
[JsonSerializable(typeof(AgentCheckUpdate))]
[JsonSerializable(typeof(AgentService))]
[JsonSerializable(typeof(AgentSelf))]
[JsonSerializable(typeof(AgentServiceHealth))]
[JsonSerializable(typeof(IReadOnlyList<AgentServiceHealth>))]
[JsonSerializable(typeof(IReadOnlyList<AgentMember>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, AgentService>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, HealthCheck>))]
[JsonSerializable(typeof(CatalogRegistration))]
[JsonSerializable(typeof(CatalogDeregistration))]
[JsonSerializable(typeof(CatalogNodeServices))]
[JsonSerializable(typeof(IReadOnlyList<CatalogNode>))]
[JsonSerializable(typeof(IReadOnlyList<CatalogService>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, IReadOnlyList<string>>))]
[JsonSerializable(typeof(ServiceEntry))]
[JsonSerializable(typeof(IReadOnlyList<ServiceEntry>))]
[JsonSerializable(typeof(IReadOnlyList<HealthCheck>))]
[JsonSerializable(typeof(IReadOnlyList<KVPair>))]
[JsonSerializable(typeof(IReadOnlyList<TxnOp>))]
[JsonSerializable(typeof(TxnResponse))]
[JsonSerializable(typeof(SessionRequest))]
[JsonSerializable(typeof(SessionCreated))]
[JsonSerializable(typeof(IReadOnlyList<SessionEntry>))]
[JsonSerializable(typeof(UserEvent))]
[JsonSerializable(typeof(IReadOnlyList<UserEvent>))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
public sealed partial class ConsulJson : JsonSerializerContext;
