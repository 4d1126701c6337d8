using System.Globalization;
using System.Text.Json;

namespace HashBalancer.LoadTests.Tests.Simulation.Vectors;

/// <summary>Cases of who is let in when, and who waits for which node, with their answers.</summary>
internal static class RequestVectors
{
    private static readonly Lazy<JsonElement> Root = new(() => JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Vectors", "request-vectors.json"))).RootElement);

    /// <summary>The ids of the cases of a policy.</summary>
    public static IEnumerable<TheoryDataRow<string>> Of(string policy) =>
        Root.Value.GetProperty("cases").EnumerateArray().Where(c => c.GetProperty("policy").GetString() == policy).Select(c => new TheoryDataRow<string>(c.GetProperty("id").GetString()!));

    /// <summary>A case.</summary>
    public static JsonElement Case(string id) => Root.Value.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("id").GetString() == id);

    /// <summary>A number that may be written as text; the fallback where it is missing.</summary>
    public static double Number(this JsonElement element, string name, double otherwise) => !element.TryGetProperty(name, out JsonElement value)
        ? otherwise
        : value.ValueKind == JsonValueKind.String ? double.Parse(value.GetString()!, CultureInfo.InvariantCulture) : value.GetDouble();

    /// <summary>A text that must be there.</summary>
    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
