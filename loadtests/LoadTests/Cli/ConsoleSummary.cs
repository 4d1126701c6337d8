using HashBalancer.LoadTests.Reports;
using HashBalancer.LoadTests.Running;
using Spectre.Console;

namespace HashBalancer.LoadTests.Cli;

/// <summary>The tables at the end of a run.</summary>
internal static class ConsoleSummary
{
    public static void Write(TextWriter output, IReadOnlyList<ScenarioResult> results)
    {
        IAnsiConsole console = Consoles.Create(output);
        foreach (ScenarioResult result in results)
            console.Write(Thresholds(result));
        console.Write(Scenarios(results));
        foreach (ScenarioResult result in results)
        {
            foreach (ThresholdResult broken in result.Thresholds.Where(t => !t.Passed))
                output.WriteLine($"BROKEN {result.Name}: {broken.Text}; the bound's reason: {broken.Because}");
        }
    }

    private static Table Scenarios(IReadOnlyList<ScenarioResult> results)
    {
        Table table = new Table().AddColumns(
            "scenario", "requests", "failed", "answered/s", "p50", "p99", "p99.9", "max", "affinity", "balance", "result");
        foreach (ScenarioResult s in results)
        {
            LatencySummary l = s.Iterations.Latency;
            table.AddRow(
                Markup.Escape(s.Name), Figures.Count(s.Iterations.Requests), Figures.Count(s.Iterations.Failed), Figures.PerSecond(s.Rate.Answered),
                Figures.Milliseconds(l.P50Ms), Figures.Milliseconds(l.P99Ms), Figures.Milliseconds(l.P999Ms), Figures.Milliseconds(l.MaxMs),
                Figures.Ratio(s.Affinity?.Ratio), Figures.Balance(s.Balance), Result(s.Passed));
        }

        return table;
    }

    private static Table Thresholds(ScenarioResult result)
    {
        Table table = new Table().Title(Markup.Escape(result.Name)).AddColumns("threshold", "measured", "result");
        foreach (ThresholdResult t in result.Thresholds)
            table.AddRow(Markup.Escape(t.Bound), Markup.Escape(t.Text), Result(t.Passed));
        return table;
    }

    private static string Result(bool passed) => passed ? "[green]passed[/]" : "[red]FAILED[/]";
}
