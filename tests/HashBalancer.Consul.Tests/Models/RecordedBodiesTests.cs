using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using HashBalancer.Consul.Models;

namespace HashBalancer.Consul.Tests.Models;

/// <summary>Bodies recorded from a real agent, one for each shape seen: read and written again they must be the same JSON.</summary>
public sealed class RecordedBodiesTests
{
    private static readonly Dictionary<string, JsonTypeInfo> Types = new()
    {
        ["agent/members"] = ConsulJson.Default.IReadOnlyListAgentMember,
        ["agent/self"] = ConsulJson.Default.AgentSelf,
        ["agent/services"] = ConsulJson.Default.IReadOnlyDictionaryStringAgentService,
        ["agent/checks"] = ConsulJson.Default.IReadOnlyDictionaryStringHealthCheck,
        ["agent/service"] = ConsulJson.Default.AgentService,
        ["agent/health/id"] = ConsulJson.Default.AgentServiceHealth,
        ["catalog/nodes"] = ConsulJson.Default.IReadOnlyListCatalogNode,
        ["catalog/node"] = ConsulJson.Default.CatalogNodeServices,
        ["catalog/services"] = ConsulJson.Default.IReadOnlyDictionaryStringIReadOnlyListString,
        ["catalog/service"] = ConsulJson.Default.IReadOnlyListCatalogService,
        ["health/service"] = ConsulJson.Default.IReadOnlyListServiceEntry,
        ["health/checks"] = ConsulJson.Default.IReadOnlyListHealthCheck,
        ["kv"] = ConsulJson.Default.IReadOnlyListKVPair,
        ["session/create"] = ConsulJson.Default.SessionCreated,
        ["session"] = ConsulJson.Default.IReadOnlyListSessionEntry,
        ["txn"] = ConsulJson.Default.TxnResponse,
        ["event/list"] = ConsulJson.Default.IReadOnlyListUserEvent,
        ["event/fire"] = ConsulJson.Default.UserEvent,
    };

    private static readonly JsonObject Recorded = Load();

    public static IEnumerable<TheoryDataRow<string, int>> Bodies() =>
        Recorded.SelectMany(group => group.Value!.AsArray().Select((_, i) => new TheoryDataRow<string, int>(group.Key, i)));

    [Theory]
    [MemberData(nameof(Bodies))]
    public void Model_ReadAndWrittenAgain_IsTheSameJson(string endpoint, int number)
    {
        JsonNode recorded = Recorded[endpoint]!.AsArray()[number]!;
        object? model = JsonSerializer.Deserialize(recorded.ToJsonString(), Types[endpoint]);
        string written = JsonSerializer.Serialize(model, Types[endpoint]);
        Assert.True(JsonNode.DeepEquals(recorded, JsonNode.Parse(written)), $"{recorded.ToJsonString()}\nbecame\n{written}");
    }

    [Fact]
    public void Bodies_CoverEveryModelListed() => Assert.Equal(Types.Keys.Order(), Recorded.Select(g => g.Key).Order());

    [Fact]
    public void Read_OtherCase_FindsTheMembers()
    {
        AgentServiceRegistration? read = JsonSerializer.Deserialize(
            """{"name":"web","PORT":80,"check":{"ttl":"10s"}}""", ConsulJson.Default.AgentServiceRegistration);
        Assert.Equal("web", read!.Name);
        Assert.Equal(80, read.Port);
        Assert.Equal(GoDuration.From(TimeSpan.FromSeconds(10)), read.Check!.TTL);
    }

    [Fact]
    public void Write_Registration_SendsOnlyWhatIsSet()
    {
        var registration = new AgentServiceRegistration
        {
            Name = "web",
            Check = new AgentServiceCheck { CheckID = "c", TTL = TimeSpan.FromSeconds(15), DeregisterCriticalServiceAfter = TimeSpan.FromMinutes(90) },
        };
        Assert.Equal(
            """{"Name":"web","Check":{"CheckID":"c","TTL":"15s","DeregisterCriticalServiceAfter":"1h30m0s"}}""",
            JsonSerializer.Serialize(registration, ConsulJson.Default.AgentServiceRegistration));
    }

    private static JsonObject Load()
    {
        using Stream stream = typeof(RecordedBodiesTests).Assembly.GetManifestResourceStream("recorded-bodies.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}
