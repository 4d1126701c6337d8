namespace HashBalancer.LoadTests.Scenarios;

/// <summary>Finds the name that was probably meant.</summary>
internal static class NearestName
{
    /// <summary>" (did you mean \"x\"?)" for a name at most three edits away and less than half rewritten; else nothing.</summary>
    public static string Hint(string written, IEnumerable<string> known)
    {
        (string Name, int Distance) best = known
            .Select(name => (Name: name, Distance: Edits(written, name)))
            .OrderBy(c => c.Distance).ThenBy(c => c.Name, StringComparer.Ordinal)
            .FirstOrDefault(("", int.MaxValue));
        return best.Distance <= 3 && best.Distance * 2 < Math.Max(written.Length, best.Name.Length)
            ? $" (did you mean \"{best.Name}\"?)"
            : "";
    }

    // Levenshtein's distance with one row.
    private static int Edits(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int substituted = diagonal + (char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
