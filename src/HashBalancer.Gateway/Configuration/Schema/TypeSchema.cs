using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;

namespace HashBalancer.Gateway.Configuration.Schema;

/// <summary>Turns options types into JSON schema, with the same idea of what is a key as <see cref="KeyWalker"/>.</summary>
/// <param name="meanings">What each key means; a key of another section than ours is not there.</param>
internal sealed class TypeSchema(IReadOnlyDictionary<string, string> meanings)
{
    // As TimeSpan.Parse takes it: days, or [days.]hours:minutes[:seconds[.fraction]].
    private const string TimePattern = @"^-?([0-9]+|([0-9]+\.)?[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,7})?)?)$";

    private readonly NullabilityInfoContext _nullability = new();

    /// <param name="type">The type that the value is bound to.</param>
    /// <param name="path">Its key below our section, empty for the section itself; null in another one, which has no reference of ours.</param>
    /// <param name="value">The value that it has by default, if there is one.</param>
    public JsonObject Of(Type type, string? path, object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        JsonObject schema = ScalarOf(type) ?? CollectionOf(type, path) ?? ObjectOf(type, path, value);
        if (path is { Length: > 0 } && meanings.TryGetValue(path, out string? meaning))
            schema["description"] = meaning;
        if (DefaultOf(value) is { } known)
            schema["default"] = known;
        return schema;
    }

    private static JsonObject? ScalarOf(Type type)
    {
        if (type == typeof(bool))
            return new() { ["type"] = "boolean" };
        if (type == typeof(TimeSpan))
            return new() { ["type"] = "string", ["pattern"] = TimePattern };
        if (type.IsEnum)
            return EnumOf(type);
        if (type == typeof(string) || type == typeof(Version) || type == typeof(Uri))
            return new() { ["type"] = "string" };
        if (type == typeof(double) || type == typeof(float) || type == typeof(decimal))
            return new() { ["type"] = "number" };
        return type.IsPrimitive ? new() { ["type"] = "integer" } : null;
    }

    private static JsonObject EnumOf(Type type)
    {
        var names = new JsonArray([.. Enum.GetNames(type).Select(name => (JsonNode)name)]);
        if (type.GetCustomAttribute<FlagsAttribute>() is null)
            return new() { ["enum"] = names };
        // A set may be written as a list of names, or as one text with commas.
        return new() { ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["enum"] = names } }, new JsonObject { ["type"] = "string" }) };
    }

    private JsonObject? CollectionOf(Type type, string? path)
    {
        if (!typeof(IEnumerable).IsAssignableFrom(type))
            return null;
        Type item = type.GetInterfaces().Append(type).First(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>)).GetGenericArguments()[0];
        if (!item.IsGenericType || item.GetGenericTypeDefinition() != typeof(KeyValuePair<,>))
            return new() { ["type"] = "array", ["items"] = Of(item, null, null) };
        Type value = item.GetGenericArguments()[1];
        object? fresh = path is not null && value.GetConstructor(Type.EmptyTypes) is { } make ? make.Invoke(null) : null;
        return new() { ["type"] = "object", ["additionalProperties"] = Of(value, path is null ? null : $"{path}:<name>", fresh) };
    }

    private JsonObject ObjectOf(Type type, string? path, object? value)
    {
        var properties = new JsonObject();
        foreach (PropertyInfo property in KeyWalker.PropertiesOf(type).Values)
        {
            string? key = path is null ? null : path.Length == 0 ? property.Name : $"{path}:{property.Name}";
            JsonObject schema = Of(property.PropertyType, key, value is null ? null : property.GetValue(value));
            if (schema["type"] is JsonValue single && IsNullable(property))
                schema["type"] = new JsonArray(single.GetValue<string>(), "null");
            properties[property.Name] = schema;
        }

        return new() { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
    }

    private bool IsNullable(PropertyInfo property) => _nullability.Create(property).WriteState == NullabilityState.Nullable;

    private static JsonNode? DefaultOf(object? value) => value switch
    {
        bool on => on,
        int number => number,
        long number => number,
        double number => number,
        Enum name => name.ToString(),
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        // What names the machine is another one elsewhere.
        string text when !text.Contains(Environment.MachineName, StringComparison.Ordinal) => text,
        _ => null,
    };
}
