using System.Globalization;

namespace HashBalancer.LoadTests.Scenarios;

/// <summary>Durations as scenario files and the command line write them: a number and one of us, ms, s, m, h, as in <c>250ms</c> or <c>1.5s</c>.</summary>
internal static class Durations
{
    public const string Allowed = "a duration such as \"250ms\", \"5s\", \"1.5m\" or \"1h\"";

    // Longest suffix first: "ms" ends in "s".
    private static readonly (string Suffix, double Seconds)[] Units =
        [("us", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        foreach ((string suffix, double seconds) in Units)
        {
            if (!text.EndsWith(suffix, StringComparison.Ordinal))
                continue;
            if (!double.TryParse(text.AsSpan(0, text.Length - suffix.Length).TrimEnd(), NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture, out double number) || number * seconds > TimeSpan.FromDays(365).TotalSeconds)
            {
                return false;
            }

            duration = TimeSpan.FromSeconds(number * seconds);
            return true;
        }

        return false;
    }

    /// <summary>The shortest of our own spellings with four significant digits: 1.5 s, 83.2 ms, 12 µs.</summary>
    public static string Text(TimeSpan duration) => duration.TotalSeconds switch
    {
        >= 1000 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0} s"),
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:G4} s"),
        >= 1e-3 or 0 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:G4} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMicroseconds:G4} µs"),
    };
}
