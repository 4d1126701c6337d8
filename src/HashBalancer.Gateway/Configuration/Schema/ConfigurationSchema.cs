using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HashBalancer.Gateway.Configuration.Schema;

/// <summary>The JSON schema (draft 2020-12) of configuration files: structure and defaults from the options' types, words from the reference.</summary>
internal static class ConfigurationSchema
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema as config/hashbalancer.schema.json has it.</summary>
    public static string Write()
    {
        var types = new TypeSchema(ConfigurationReference.Read());
        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "HashBalancer",
            ["description"] = "Configuration of hashbalancer. Written by `hashbalancer schema`.",
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                ["$schema"] = new JsonObject { ["type"] = "string" },
                [HashBalancerOptions.Section] = types.Of(typeof(HashBalancerOptions), "", new HashBalancerOptions()),
                [YarpConfiguration.Section] = types.Of(typeof(YarpConfiguration.Shape), null, null),
                ["Logging"] = new JsonObject { ["type"] = "object", ["description"] = "The standard section of .NET." },
            },
            ["additionalProperties"] = false,
        };
        return schema.ToJsonString(Format) + "\n";
    }
}
