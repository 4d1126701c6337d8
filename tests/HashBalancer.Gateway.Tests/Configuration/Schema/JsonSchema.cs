using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace HashBalancer.Gateway.Tests.Configuration.Schema;

/// <summary>Holds JSON against the part of JSON schema that the generated one uses: type, properties, additionalProperties, items, enum, pattern, anyOf.</summary>
/// <remarks>Stands in for a validator's package, none of which is on every feed.</remarks>
internal static class JsonSchema
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "$schema", "title", "description", "default", "type", "properties", "additionalProperties", "items", "enum", "pattern", "anyOf",
    };

    /// <summary>Every fault, as the path and what is wrong.</summary>
    public static IEnumerable<string> Faults(JsonNode schema, JsonNode? value, string path = "$")
    {
        JsonObject rules = schema.AsObject();
        if (rules.Select(rule => rule.Key).FirstOrDefault(key => !Known.Contains(key)) is { } unknown)
            throw new NotSupportedException($"The keyword '{unknown}' at {path} is not known here.");
        if (rules["type"] is { } type && !TypesOf(type).Any(one => Is(one, value)))
            return [$"{path}: is no {string.Join(" or ", TypesOf(type))}"];
        if (rules["enum"] is JsonArray names && !names.Any(name => JsonNode.DeepEquals(name, value)))
            return [$"{path}: is none of {names.ToJsonString()}"];
        if (rules["anyOf"] is JsonArray ways)
            return ways.Any(way => !Faults(way!, value, path).Any()) ? [] : [$"{path}: is none of what is allowed"];
        if (rules["pattern"] is { } pattern && value is not null && !Regex.IsMatch(value.GetValue<string>(), pattern.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(1)))
            return [$"{path}: does not match {pattern}"];
        return value switch
        {
            JsonObject members => members.SelectMany(member => MemberFaults(rules, member.Key, member.Value, $"{path}.{member.Key}")),
            JsonArray entries when rules["items"] is { } items => entries.SelectMany((entry, i) => Faults(items, entry, FormattableString.Invariant($"{path}[{i}]"))),
            _ => [],
        };
    }

    private static IEnumerable<string> MemberFaults(JsonObject rules, string name, JsonNode? value, string path)
    {
        if (rules["properties"]?[name] is { } known)
            return Faults(known, value, path);
        return rules["additionalProperties"] switch
        {
            JsonObject others => Faults(others, value, path),
            JsonValue allowed when !allowed.GetValue<bool>() => [$"{path}: is not a known key"],
            _ => [],
        };
    }

    private static IEnumerable<string> TypesOf(JsonNode type) => type is JsonArray several ? several.Select(one => one!.GetValue<string>()) : [type.GetValue<string>()];

    private static bool Is(string type, JsonNode? value) => (type, value?.GetValueKind() ?? JsonValueKind.Null) switch
    {
        ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) or ("null", JsonValueKind.Null) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) or ("number", JsonValueKind.Number) => true,
        ("integer", JsonValueKind.Number) => value!.AsValue().TryGetValue<long>(out _),
        _ => false,
    };
}
