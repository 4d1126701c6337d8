using System.Globalization;
using System.Text;

namespace HashBalancer.Gateway.Telemetry.Exposition;

/// <summary>The labels of one series, kept in two forms: to compare with a measurement's tags, and as exposition text.</summary>
internal sealed class Labels
{
    private readonly KeyValuePair<string, object?>[] _tags;

    private Labels(KeyValuePair<string, object?>[] tags)
    {
        _tags = tags;
        Text = Render(tags);
    }

    /// <summary>Such as <c>pool="items",node="a"</c>; empty without tags.</summary>
    public string Text { get; }

    public static Labels Of(ReadOnlySpan<KeyValuePair<string, object?>> tags) => new(tags.ToArray());

    /// <summary>A hash of tags in their given order; allocates nothing for string values.</summary>
    public static int HashOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = new HashCode();
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            hash.Add(tag.Key);
            hash.Add(tag.Value);
        }

        return hash.ToHashCode();
    }

    public bool Match(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != _tags.Length)
            return false;
        for (int i = 0; i < tags.Length; i++)
        {
            if (tags[i].Key != _tags[i].Key || !Equals(tags[i].Value, _tags[i].Value))
                return false;
        }

        return true;
    }

    private static string Render(KeyValuePair<string, object?>[] tags)
    {
        var text = new StringBuilder();
        foreach ((string key, object? value) in tags)
        {
            if (text.Length > 0)
                text.Append(',');
            foreach (char c in key)
                text.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
            text.Append("=\"");
            text.Append(Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")).Append('"');
        }

        return text.ToString();
    }

    private static string Escape(string value) => value
        .Replace(@"\", @"\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", @"\n", StringComparison.Ordinal);
}
