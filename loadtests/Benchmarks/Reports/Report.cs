using System.Runtime.Intrinsics;
using System.Text;
using BenchmarkDotNet.Environments;
using BenchmarkDotNet.Reports;

namespace HashBalancer.Benchmarks;

/// <summary>A run as text: machine, figures, bounds.</summary>
internal static class Report
{
    /// <summary>Writes the run.</summary>
    public static string Write(IReadOnlyList<Summary> summaries, Dictionary<string, double> figures, Bounds bounds)
    {
        var text = new StringBuilder($"# Benchmarks\n\n{Machine()}\n");
        text.Append("Nanoseconds per operation unless another unit stands beside the figure. \"Least\" is the fastest round, which the ratios below use.\n\n");
        text.Append("| benchmark | least | median | bytes allocated |\n| --- | ---: | ---: | ---: |\n");
        foreach (BenchmarkReport report in summaries.SelectMany(s => s.Reports).Where(r => r.ResultStatistics is not null))
        {
            string name = Figures.NameOf(report);
            text.Append($"| {name} | {Time(figures[name])} | {Time(report.ResultStatistics!.Median)} | {figures.GetValueOrDefault($"{name}.bytes"):#,0} |\n");
        }

        foreach ((string name, double value) in figures.Where(f => f.Key.Contains("per-point", StringComparison.Ordinal)))
            text.Append($"| {name} | {value:0.0} B | | |\n");
        Append(text, "Bounds", bounds.Limits, figures);
        Append(text, "Goals, which depend on the machine and what else runs on it", bounds.Goals, figures);
        return text.ToString();
    }

    /// <summary>What the figures were made on; nothing that names the machine.</summary>
    public static string Machine()
    {
        string cpu = File.Exists("/proc/cpuinfo")
            ? string.Join(", ", File.ReadLines("/proc/cpuinfo").Where(l => l.StartsWith("model\t", StringComparison.Ordinal) || l.StartsWith("cache size", StringComparison.Ordinal)).Take(2).Select(l => l.Replace("\t", "", StringComparison.Ordinal)))
            : "";
        string vectors = $"vectors of {(Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128)} bits";
        return $"```\n{string.Join('\n', HostEnvironmentInfo.GetCurrent().ToFormattedString())}\n.NET {Environment.Version}, {vectors}; {cpu}\n```\n";
    }

    private static void Append(StringBuilder text, string title, IEnumerable<Bound> bounds, Dictionary<string, double> figures)
    {
        text.Append($"\n## {title}\n\n| what | value | must be | | because |\n| --- | ---: | ---: | --- | --- |\n");
        foreach (Bound bound in bounds)
        {
            double? value = bound.ValueIn(figures);
            bool holds = value is { } known && bound.Holds(known);
            text.Append($"| {bound.Name} | {(value is { } shown ? shown.ToString("#,0.##") : "not measured")} | {bound.Range} | {(holds ? "holds" : "**fails**")} | {bound.Because} |\n");
        }
    }

    private static string Time(double nanoseconds) => nanoseconds switch
    {
        >= 1e6 => $"{nanoseconds / 1e6:0.00} ms",
        >= 1e4 => $"{nanoseconds / 1e3:0.0} µs",
        _ => $"{nanoseconds:0.00}",
    };
}
