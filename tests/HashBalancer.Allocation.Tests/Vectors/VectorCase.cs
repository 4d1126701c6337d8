using System.Globalization;
using System.Text.Json;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Tests.Vectors;

/// <summary>One case of a vector file, with readers for its notation of numbers.</summary>
internal sealed class VectorCase(JsonElement json)
{
    public string Id { get; } = json.GetProperty("id").GetString()!;

    public string Policy { get; } = json.GetProperty("policy").GetString()!;

    public JsonElement Json { get; } = json;

    public JsonElement Expected { get; } = json.GetProperty("expected");

    public JsonElement Cluster => Json.GetProperty("cluster");

    public IReadOnlyList<JsonElement> Pools => List(Json, "pools");

    public JsonElement Options => Json.TryGetProperty("options", out JsonElement options) ? options : default;

    /// <summary>The cluster's only resource, whatever its name.</summary>
    public double SingleCapacity => Cluster.GetProperty("resources").EnumerateObject().Select(p => Number(p.Value)).Single();

    /// <summary>The resources the cluster names or, where it names none, those that <paramref name="elsewhere"/> mention.</summary>
    public ResourceSet Resources(params IEnumerable<JsonElement> elsewhere)
    {
        IEnumerable<JsonElement> all = Cluster.TryGetProperty("resources", out JsonElement own) ? [own, .. elsewhere] : elsewhere;
        return new ResourceSet(all.Where(e => e.ValueKind == JsonValueKind.Object).SelectMany(e => e.EnumerateObject().Select(p => p.Name)).Distinct());
    }

    public static IReadOnlyList<JsonElement> List(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement list) ? [.. list.EnumerateArray()] : [];

    public static ResourceVector Vector(ResourceSet set, JsonElement element) =>
        set.Vector(element.ValueKind == JsonValueKind.Object ? element.EnumerateObject().Select(p => (p.Name, Exact(p.Value))) : []);

    public static ResourceVector Vector(ResourceSet set, JsonElement element, string name) => Vector(set, Optional(element, name));

    public static JsonElement Optional(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;

    public static string Name(JsonElement element) => element.GetProperty("name").GetString()!;

    public static string? Text(JsonElement element, string name) => Optional(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static bool Flag(JsonElement element, string name, bool otherwise = false) =>
        Optional(element, name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } flag ? flag.GetBoolean() : otherwise;

    public static double Number(JsonElement element, string name, double otherwise) =>
        Optional(element, name) is { ValueKind: not JsonValueKind.Undefined and not JsonValueKind.Null } value ? Number(value) : otherwise;

    public static int Whole(JsonElement element, string name, int otherwise) => (int)Number(element, name, otherwise);

    /// <summary>A number written as an integer, a decimal or a fraction p/q.</summary>
    public static double Number(JsonElement value) =>
        TryNumber(value, out double number) ? number : throw new FormatException($"'{value}' is not a number.");

    public static bool TryNumber(JsonElement value, out double number)
    {
        number = 0;
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        string[] parts = text.Split('/');
        if (parts.Length > 2 || !double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out number))
            return false;
        if (parts.Length == 1)
            return true;
        bool valid = double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double denominator);
        number /= denominator;
        return valid;
    }

    public static decimal Exact(JsonElement value)
    {
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        string[] parts = text.Split('/');
        decimal numerator = decimal.Parse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture);
        return parts.Length == 1 ? numerator : numerator / decimal.Parse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture);
    }
}
