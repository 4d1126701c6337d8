using System.Text.Json.Nodes;

namespace HashBalancer.Registry.Tests;

/// <summary>Where an answer differs from the recorded one.</summary>
internal sealed record Difference(string Pointer, string Recorded, string Answered)
{
    public override string ToString() => $"{Pointer}: recorded {Recorded}, answered {Answered}";
}

/// <summary>Compares JSON values by JSON pointers, some of which do not count.</summary>
internal sealed class JsonDiff(IReadOnlySet<string> ignored)
{
    private const string Absent = "(absent)";

    public List<Difference> Differences { get; } = [];

    public void Compare(JsonNode? recorded, JsonNode? answered, string pointer)
    {
        if (IsIgnored(pointer) || IsPlaceholder(recorded))
            return;
        if (recorded is JsonObject x && answered is JsonObject y)
        {
            foreach (string name in x.Select(member => member.Key).Union(y.Select(member => member.Key)))
            {
                string inner = $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
                bool both = x.ContainsKey(name) && y.ContainsKey(name);
                if (both)
                    Compare(x[name], y[name], inner);
                else if (!IsIgnored(inner))
                    Differences.Add(new(inner, x.ContainsKey(name) ? Show(x[name]) : Absent, y.ContainsKey(name) ? Show(y[name]) : Absent));
            }
        }
        else if (recorded is JsonArray a && answered is JsonArray b && a.Count == b.Count)
        {
            for (int i = 0; i < a.Count; i++)
                Compare(a[i], b[i], $"{pointer}/{i}");
        }
        else if (!JsonNode.DeepEquals(recorded, answered))
        {
            Differences.Add(new(pointer, Show(recorded), Show(answered)));
        }
    }

    private bool IsIgnored(string pointer) =>
        ignored.Contains(pointer) || ignored.Any(root => pointer.StartsWith(root + "/", StringComparison.Ordinal));

    /// <summary>Large values were replaced by a remark in angle brackets.</summary>
    private static bool IsPlaceholder(JsonNode? recorded) =>
        recorded is JsonValue value && value.TryGetValue(out string? text) && text.StartsWith('<');

    private static string Show(JsonNode? node)
    {
        string text = node?.ToJsonString() ?? "null";
        return text.Length <= 300 ? text : text[..300] + "…";
    }
}
