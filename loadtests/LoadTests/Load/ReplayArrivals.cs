using System.Globalization;
using HashBalancer.LoadTests.Scenarios;

namespace HashBalancer.LoadTests.Load;

/// <summary>Starts at recorded instants, from the beginning again when the record is over.</summary>
internal sealed class ReplayArrivals(IReadOnlyList<long> offsets, double speed) : IArrivals
{
    private const double NanosecondsPerSecond = 1e9;

    private int _at;
    private long _round;

    public long Next()
    {
        if (_at == offsets.Count)
        {
            // The next round begins one mean gap after the last start, so that no two rounds' ends fall together.
            _round += offsets[^1] + Math.Max(1, offsets[^1] / offsets.Count);
            _at = 0;
        }

        return (long)((_round + offsets[_at++]) / speed);
    }

    /// <summary>Reads the first column of a file as seconds since the first line's; further columns, after a comma, are not read here.</summary>
    /// <returns>Nanoseconds, in order; empty when the file is wrong, which is told to the section.</returns>
    public static IReadOnlyList<long> Read(Section section, string member)
    {
        string file = section.Text(member);
        if (file.Length == 0)
            return [];
        if (!File.Exists(file))
        {
            section.Error(member, $"there is no file \"{Path.GetFullPath(file)}\"");
            return [];
        }

        var offsets = new List<long>();
        double first = 0;
        foreach ((int index, string line) in File.ReadLines(file).Where(l => l.Trim().Length > 0).Index())
        {
            if (!double.TryParse(line.Split(',')[0], CultureInfo.InvariantCulture, out double seconds) || !double.IsFinite(seconds))
            {
                section.Error(member, string.Create(CultureInfo.InvariantCulture, $"line {index + 1} of {file} does not begin with seconds: \"{line}\""));
                return [];
            }

            if (index == 0)
                first = seconds;
            long offset = (long)((seconds - first) * NanosecondsPerSecond);
            if (offsets.Count > 0 && offset < offsets[^1])
            {
                section.Error(member, string.Create(CultureInfo.InvariantCulture, $"line {index + 1} of {file} is earlier than the one before it"));
                return [];
            }

            offsets.Add(offset);
        }

        if (offsets.Count < 2 || offsets[^1] == 0)
        {
            section.Error(member, $"{file} must hold at least two starts at different times");
            return [];
        }

        return offsets;
    }
}
