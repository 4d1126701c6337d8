namespace HashBalancer.Proxy;

/// <summary>Finds what a misspelt name was meant to be, for error messages. Compares without regard to case.</summary>
/// <remarks>Thread-safe. Costs the product of both lengths for each name.</remarks>
public static class NearestName
{
    /// <summary>The name with the fewest edits from what was written, the first in order among equals; null when none is within two edits,
    /// or when the edits would replace half of what was written.</summary>
    /// <param name="written">What was written.</param>
    /// <param name="names">What is allowed.</param>
    public static string? Of(string written, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(written);
        string lower = written.ToLowerInvariant();
        int most = Math.Min(2, written.Length / 2);
        return names
            .Select(name => (Name: name, Edits: Distance(lower, name.ToLowerInvariant())))
            .Where(candidate => candidate.Edits <= most)
            .OrderBy(candidate => candidate.Edits)
            .ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    /// <summary>" Did you mean 'x'?" for the nearest name, to stand behind a sentence; empty when none is near.</summary>
    /// <param name="written">What was written.</param>
    /// <param name="names">What is allowed.</param>
    public static string Hint(string written, IEnumerable<string> names) =>
        Of(written, names) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    /// <summary>Insertions, deletions, replacements and swaps of neighbours that turn one word into another (optimal string alignment).</summary>
    internal static int Distance(string from, string to)
    {
        int[,] edits = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
            edits[i, 0] = i;
        for (int j = 0; j <= to.Length; j++)
            edits[0, j] = j;

        for (int i = 1; i <= from.Length; i++)
        {
            for (int j = 1; j <= to.Length; j++)
            {
                int replaced = edits[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                edits[i, j] = Math.Min(replaced, Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
            }
        }

        return edits[from.Length, to.Length];
    }
}
