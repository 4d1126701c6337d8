using System.Text.Json.Serialization;
using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Admin;

/// <summary>GET /api/v1/configuration: every key in force, defaults included, secrets masked.</summary>
internal static class ConfigurationEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints, IServiceProvider gateway)
    {
        ConfigurationInForce inForce = gateway.GetRequiredService<ConfigurationInForce>();
        endpoints.MapGet("/api/v1/configuration", () => Results.Json(ConfigurationReport.Of(inForce.Root), SettingsJson.Default.SettingArray))
            .Describe("The configuration in force: every key with its value, secrets masked.", SettingsJson.Default.SettingArray);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Setting[]))]
[JsonSerializable(typeof(LogLevelsReport))]
[JsonSerializable(typeof(LogLevelChange))]
internal sealed partial class SettingsJson : JsonSerializerContext;
