using System.Globalization;
using System.Text;

namespace HashBalancer.Control;

/// <summary>Looks at text that others wrote (ids, addresses, tags, meta) before it is used or shown.</summary>
internal static class ForeignText
{
    private const int LongestShown = 80;

    /// <summary>What is wrong with a name, such as <c>is empty</c>; null when nothing is.</summary>
    public static string? FaultOf(string? name, int longest)
    {
        if (string.IsNullOrWhiteSpace(name))
            return "is empty";
        if (name.Length > longest)
            return $"has {name.Length.ToString(CultureInfo.InvariantCulture)} characters";
        foreach (char c in name)
        {
            if (char.IsControl(c))
                return $"has the control character U+{(int)c:X4}";
        }

        return null;
    }

    /// <summary>The text as a log line or an error may show it: control characters escaped, cut after 80 characters.</summary>
    public static string Shown(string? text)
    {
        if (text is null)
            return "";
        StringBuilder shown = new(Math.Min(text.Length, LongestShown) + 1);
        foreach (char c in text.Length > LongestShown ? text.AsSpan(0, LongestShown) : text)
        {
            if (char.IsControl(c) || c is '\u2028' or '\u2029')
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else
                shown.Append(c);
        }

        return text.Length > LongestShown ? shown.Append('…').ToString() : shown.ToString();
    }
}
