using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Running;
using Spectre.Console;

namespace HashBalancer.LoadTests.Cli;

/// <summary><c>compare</c>: two reports side by side, scenario by scenario.</summary>
internal static class CompareCommand
{
    // What is compared, and whether more of it is better.
    private static readonly (string Name, bool MoreIsBetter, Func<ScenarioResult, double?> Read)[] Compared =
    [
        ("answered/s", true, s => s.Rate.Answered),
        ("failed part", false, s => s.Iterations.Requests == 0 ? null : (double)s.Iterations.Failed / s.Iterations.Requests),
        ("p50 ms", false, s => s.Iterations.Latency.P50Ms),
        ("p99 ms", false, s => s.Iterations.Latency.P99Ms),
        ("p99.9 ms", false, s => s.Iterations.Latency.P999Ms),
        ("max ms", false, s => s.Iterations.Latency.MaxMs),
        ("affinity", true, s => s.Affinity?.Ratio),
        ("off owner", false, s => s.Affinity?.OffOwner),
        ("balance max", false, s => s.Balance?.MaxOverMean),
        ("cache hits", true, s => s.CacheHitRatio),
        ("agreement", true, s => s.Agreement?.Ratio),
        ("saturation/s", true, s => s.Search?.Rate),
    ];

    public static Command Create(TextWriter output, TextWriter error)
    {
        var before = new Argument<FileInfo>("a") { Description = "The report.json to compare with" };
        var after = new Argument<FileInfo>("b") { Description = "The report.json to judge" };
        var worse = new Option<double?>("--max-worse") { Description = "Exit code 1 when a figure of b is worse than a's by more than this part of it, as in 0.1" };
        var command = new Command("compare", "Compare two reports of one machine") { before, after, worse };
        command.SetAction((parsed, cancellation) => ExitCodes.Guard(error, async () =>
        {
            if (parsed.GetValue(worse) is < 0 or double.NaN)
                throw new UsageException($"--max-worse: {parsed.GetValue(worse)?.ToString(CultureInfo.InvariantCulture)} is not allowed; it must be a number from 0");
            LoadReport a = await Read(parsed.GetValue(before)!, cancellation);
            LoadReport b = await Read(parsed.GetValue(after)!, cancellation);
            return Show(output, a, b, parsed.GetValue(worse)) ? ExitCodes.Passed : ExitCodes.Broken;
        }));
        return command;
    }

    private static bool Show(TextWriter output, LoadReport a, LoadReport b, double? limit)
    {
        if (a.Machine != b.Machine)
            output.WriteLine("The reports are of different machines: their figures say little about each other.");
        Table table = new Table().AddColumns("scenario", "figure", "a", "b", "change");
        var broken = new List<string>();
        foreach (ScenarioResult after in b.Scenarios)
        {
            if (a.Scenarios.FirstOrDefault(s => s.Name == after.Name) is not { } before)
            {
                output.WriteLine($"{after.Name} is in b alone");
                continue;
            }

            foreach ((string name, bool moreIsBetter, Func<ScenarioResult, double?> read) in Compared)
            {
                if (read(before) is not { } from || read(after) is not { } to)
                    continue;
                double change = from == to ? 0 : from == 0 ? double.PositiveInfinity : (to - from) / from;
                table.AddRow(Markup.Escape(after.Name), name, Number(from), Number(to), Change(change));
                if ((moreIsBetter ? -change : change) > limit)
                    broken.Add($"WORSE {after.Name}: {name} went from {Number(from)} to {Number(to)} ({Change(change)}), more than the allowed {Change(limit.Value)}");
            }
        }

        foreach (ScenarioResult gone in a.Scenarios.Where(s => b.Scenarios.All(o => o.Name != s.Name)))
            output.WriteLine($"{gone.Name} is in a alone");
        Consoles.Create(output).Write(table);
        broken.ForEach(output.WriteLine);
        return broken.Count == 0;
    }

    private static string Number(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Change(double part) => double.IsInfinity(part) ? "from 0" : part.ToString("+0.0 %;-0.0 %;0.0 %", CultureInfo.InvariantCulture);

    private static async Task<LoadReport> Read(FileInfo file, CancellationToken cancellation)
    {
        if (!file.Exists)
            throw new UsageException($"there is no file {file.FullName}");
        try
        {
            LoadReport? report = JsonFormat<LoadReport>.Read(await File.ReadAllTextAsync(file.FullName, cancellation));
            return report is { Format: LoadReport.CurrentFormat, Scenarios: not null }
                ? report
                : throw new UsageException($"{file.FullName} is no report of format {LoadReport.CurrentFormat}");
        }
        catch (JsonException e)
        {
            throw new UsageException($"{file.FullName} is no report: {e.Message}");
        }
    }
}
