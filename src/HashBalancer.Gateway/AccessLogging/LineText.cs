using System.Globalization;
using System.Text;

namespace HashBalancer.Gateway.AccessLogging;

/// <summary>Writes what clients sent so that it breaks neither the line nor the quotes around it.</summary>
internal static class LineText
{
    /// <summary>Appends a value; one that is absent is <c>-</c>.</summary>
    public static void Append(StringBuilder line, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            line.Append('-');
            return;
        }

        foreach (char c in value)
        {
            if (c is '"' or '\\')
                line.Append('\\').Append(c);
            else if (c < ' ' || c == (char)127)
                line.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else
                line.Append(c);
        }
    }
}
