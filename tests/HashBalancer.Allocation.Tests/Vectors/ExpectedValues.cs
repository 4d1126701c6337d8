using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace HashBalancer.Allocation.Tests.Vectors;

/// <summary>A list whose order means nothing.</summary>
internal sealed record Unordered(IEnumerable<string> Values);

/// <summary>Compares what a case expects with what came out. Only what is expected is compared: further output is free.</summary>
internal static class ExpectedValues
{
    private const double Tolerance = 1e-9;

    /// <summary>Probabilities are written to six decimals.</summary>
    private const double ProbabilityTolerance = 1e-6;

    public static void AssertMatch(JsonElement expected, object? actual) => Match("expected", expected, actual);

    private static void Match(string path, JsonElement expected, object? actual)
    {
        switch (actual)
        {
            case bool flag:
                Assert.True(expected.ValueKind is JsonValueKind.True or JsonValueKind.False && flag == expected.GetBoolean(), $"{path}: expected {expected}, got {flag}");
                break;
            case string text:
                Assert.True(expected.ValueKind == JsonValueKind.String && expected.GetString() == text, $"{path}: expected {expected}, got '{text}'");
                break;
            case int or long or double or decimal:
                MatchNumber(path, expected, Convert.ToDouble(actual, CultureInfo.InvariantCulture));
                break;
            case Unordered set:
                Assert.Equal(expected.EnumerateArray().Select(e => e.GetString()!).Order(StringComparer.Ordinal), set.Values.Order(StringComparer.Ordinal));
                break;
            case IDictionary map:
                foreach (JsonProperty property in expected.EnumerateObject())
                {
                    Assert.True(map.Contains(property.Name), $"{path}.{property.Name}: expected {property.Value}, but there is no such result");
                    Match($"{path}.{property.Name}", property.Value, map[property.Name]);
                }

                break;
            case IEnumerable list:
                object?[] items = [.. list.Cast<object?>()];
                Assert.True(expected.ValueKind == JsonValueKind.Array && expected.GetArrayLength() == items.Length, $"{path}: expected {expected}, got {items.Length} items: {string.Join(", ", items.Select(Show))}");
                for (int i = 0; i < items.Length; i++)
                    Match($"{path}[{i}]", expected[i], items[i]);
                break;
            case null:
                Assert.Equal(JsonValueKind.Null, expected.ValueKind);
                break;
            default:
                throw new InvalidOperationException($"{path}: results of type {actual.GetType()} are not comparable");
        }
    }

    private static void MatchNumber(string path, JsonElement expected, double actual)
    {
        Assert.True(VectorCase.TryNumber(expected, out double number), $"{path}: expected {expected}, got {actual}");
        double tolerance = path.Contains("robability", StringComparison.Ordinal) ? ProbabilityTolerance : Tolerance * Math.Max(1, Math.Abs(number));
        Assert.True(Math.Abs(number - actual) <= tolerance, string.Create(CultureInfo.InvariantCulture, $"{path}: expected {number:R}, got {actual:R}"));
    }

    private static string Show(object? value) => value is IDictionary map
        ? string.Join(" ", map.Keys.Cast<object>().Select(key => $"{key}={map[key]}"))
        : value is IEnumerable list and not string ? string.Join(" ", list.Cast<object>()) : $"{value}";
}
