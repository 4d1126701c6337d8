using System.Text.RegularExpressions;

namespace HashBalancer.Gateway.Configuration.Schema;

/// <summary>What config/README.md says of every key; it is part of the program.</summary>
internal static partial class ConfigurationReference
{
    /// <summary>By key below <c>HashBalancer</c>, such as <c>Pools:&lt;name&gt;:Service</c>: its meaning as plain text.</summary>
    public static IReadOnlyDictionary<string, string> Read()
    {
        using Stream stream = typeof(ConfigurationReference).Assembly.GetManifestResourceStream("reference.md")!;
        using var reader = new StreamReader(stream);
        Dictionary<string, string> meanings = new(StringComparer.Ordinal);
        foreach (Match row in Row().Matches(reader.ReadToEnd()))
        {
            foreach (Match key in Key().Matches(row.Groups["keys"].Value))
                meanings[key.Groups[1].Value] = Plain(row.Groups["meaning"].Value);
        }

        return meanings;
    }

    private static string Plain(string markdown) => Link().Replace(markdown, "$1").Replace("`", "", StringComparison.Ordinal).Replace(@"\|", "|", StringComparison.Ordinal).Trim();

    // A bar within a cell is written \|.
    [GeneratedRegex(@"^\| (?<keys>`[^|]+) \| (?:\\\||[^|])+ \| (?<meaning>(?:\\\||[^|])+) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`", RegexOptions.None, 5_000)]
    private static partial Regex Key();

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)", RegexOptions.None, 5_000)]
    private static partial Regex Link();
}
