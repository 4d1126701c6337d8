using System.Text.Json.Nodes;
using HashBalancer.Gateway.Configuration.Schema;
using HashBalancer.Testing;

namespace HashBalancer.Gateway.Tests.Configuration.Schema;

public sealed class ConfigurationSchemaTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "config");

    public static TheoryData<string> Configurations =>
        [.. Directory.GetFiles(Folder, "*.json", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder, file)).Where(file => !file.EndsWith(".schema.json", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static JsonNode Schema => JsonNode.Parse(ConfigurationSchema.Write())!;

    [Fact]
    public void Write_FileInTheRepository_IsCurrent() =>
        Assert.Equal(ConfigurationSchema.Write(), File.ReadAllText(Path.Combine(Folder, "hashbalancer.schema.json")));

    [Fact]
    public void Write_EveryKeyOfOurs_IsDescribed()
    {
        List<string> silent = [];
        Look(Schema["properties"]!["HashBalancer"]!, "HashBalancer");
        Assert.Empty(silent);

        void Look(JsonNode schema, string path)
        {
            foreach ((string name, JsonNode? inner) in schema["properties"] as JsonObject ?? [])
            {
                bool isSection = inner!["properties"] is not null || inner["additionalProperties"] is JsonObject;
                if (!isSection && inner["description"] is null)
                    silent.Add($"{path}:{name}");
                Look(inner, $"{path}:{name}");
            }

            if (schema["additionalProperties"] is JsonObject named)
                Look(named, $"{path}:<name>");
        }
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Faults_ConfigurationOfTheRepository_HasNone(string file) =>
        Assert.Empty(JsonSchema.Faults(Schema, JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, file)))));

    [Theory]
    [InlineData("""{ "HashBalancr": {} }""", "$.HashBalancr: is not a known key")]
    [InlineData("""{ "HashBalancer": { "Proxy": { "Io": "Threads" } } }""", """$.HashBalancer.Proxy.Io: is none of ["IoUring","Epoll","Inline","Pool"]""")]
    [InlineData("""{ "HashBalancer": { "Pools": { "a": { "BoundFactor": true } } } }""", "$.HashBalancer.Pools.a.BoundFactor: is no number")]
    [InlineData("""{ "HashBalancer": { "Pools": { "a": { "HashKeys": "path" } } } }""", "$.HashBalancer.Pools.a.HashKeys: is no array")]
    [InlineData("""{ "HashBalancer": { "Pools": { "a": { "Retry": { "MaxTries": 1.5 } } } } }""", "$.HashBalancer.Pools.a.Retry.MaxTries: is no integer")]
    [InlineData("""{ "ReverseProxy": { "Routes": { "a": { "Match": { "Hots": [] } } } } }""", "$.ReverseProxy.Routes.a.Match.Hots: is not a known key")]
    public void Faults_WrongConfiguration_IsFound(string json, string fault) => Assert.Equal([fault], JsonSchema.Faults(Schema, JsonNode.Parse(json)));

    [Theory]
    [InlineData("00:00:05", true)]
    [InlineData("1.00:00:00.5", true)]
    [InlineData("365", true)]
    [InlineData("5s", false)]
    [InlineData("", false)]
    public void Faults_TimeSpan_IsOfTheFormThatIsRead(string time, bool isRight)
    {
        JsonNode json = JsonNode.Parse($$"""{ "HashBalancer": { "Pools": { "a": { "AffinityWait": "{{time}}" } } } }""")!;
        Assert.Equal(isRight, !JsonSchema.Faults(Schema, json).Any());
        Assert.Equal(isRight, TimeSpan.TryParse(time, System.Globalization.CultureInfo.InvariantCulture, out _));
    }
}
