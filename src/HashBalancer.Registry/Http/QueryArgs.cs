using System.Globalization;
using System.Text;

namespace HashBalancer.Registry;

/// <summary>The parameters after the question mark, read as Go's net/url reads them: repeated names keep their order, + is a space.</summary>
internal sealed class QueryArgs
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    private QueryArgs()
    {
    }

    public static QueryArgs Parse(string query)
    {
        var args = new QueryArgs();
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string? name = PathText.Decode((equals < 0 ? pair : pair[..equals]).Replace('+', ' '));
            string? value = equals < 0 ? "" : PathText.Decode(pair[(equals + 1)..].Replace('+', ' '));
            if (name is null || value is null)
                continue;
            if (!args._values.TryGetValue(name, out List<string>? values))
                args._values.Add(name, values = []);
            values.Add(value);
        }

        return args;
    }

    /// <summary>Whether the parameter is there, with or without a value.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>The first value of the parameter; empty when it is absent.</summary>
    public string Get(string name) => _values.TryGetValue(name, out List<string>? values) ? values[0] : "";

    /// <summary>The parameters in the order of their names, encoded again.</summary>
    public string Encode() => string.Join('&', _values
        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .SelectMany(pair => pair.Value, (pair, value) => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(value)}"));

    /// <summary>All values of the parameter.</summary>
    public IReadOnlyList<string> All(string name) => _values.TryGetValue(name, out List<string>? values) ? values : [];
}

/// <summary>Decoding and cleaning of request paths, as Go's net/http does it.</summary>
internal static class PathText
{
    /// <summary>Undoes percent-encoding; null when it is malformed. Bytes that are no UTF-8 become U+FFFD.</summary>
    public static string? Decode(string encoded)
    {
        if (!encoded.Contains('%', StringComparison.Ordinal))
            return encoded;
        byte[] bytes = Encoding.UTF8.GetBytes(encoded);
        int to = 0;
        for (int from = 0; from < bytes.Length; from++)
        {
            if (bytes[from] != '%')
            {
                bytes[to++] = bytes[from];
                continue;
            }

            if (from + 2 >= bytes.Length || !char.IsAsciiHexDigit((char)bytes[from + 1]) || !char.IsAsciiHexDigit((char)bytes[from + 2]))
                return null;
            bytes[to++] = (byte)(HexValue(bytes[from + 1]) << 4 | HexValue(bytes[from + 2]));
            from += 2;
        }

        return Encoding.UTF8.GetString(bytes, 0, to);
    }

    /// <summary>Whether every character can be shown: letters, marks, numbers, punctuation, symbols and the plain space.</summary>
    public static bool IsPrintable(string path)
    {
        foreach (Rune rune in path.EnumerateRunes())
        {
            bool shown = Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.SpaceSeparator => rune.Value == ' ',
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
                    or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
                _ => true,
            };
            if (!shown)
                return false;
        }

        return true;
    }

    /// <summary>The path without empty, "." and ".." elements; a slash at the end stays.</summary>
    public static string Clean(string path)
    {
        if (!path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal))
            return path;
        var kept = new List<string>();
        foreach (string element in path.Split('/'))
        {
            switch (element)
            {
                case "" or ".":
                    break;
                case "..":
                    if (kept.Count > 0)
                        kept.RemoveAt(kept.Count - 1);
                    break;
                default:
                    kept.Add(element);
                    break;
            }
        }

        string clean = "/" + string.Join('/', kept);
        return path.EndsWith('/') && clean.Length > 1 ? clean + "/" : clean;
    }

    /// <summary>Percent-encodes a path for a Location header.</summary>
    public static string Encode(string path) => Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal);

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
