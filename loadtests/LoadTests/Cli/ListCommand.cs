using System.CommandLine;
using HashBalancer.LoadTests.Scenarios;
using HashBalancer.LoadTests.Thresholds;
using Spectre.Console;

namespace HashBalancer.LoadTests.Cli;

/// <summary><c>list</c>: the scenarios that come with the runner, and the metrics that thresholds can bound.</summary>
internal static class ListCommand
{
    public static Command Create(TextWriter output)
    {
        var command = new Command("list", "List the scenarios, and the metrics that thresholds can bound");
        command.SetAction(_ =>
        {
            IAnsiConsole console = Consoles.Create(output);
            Table scenarios = new Table().AddColumns("scenario", "load", "keys", "duration", "what it asks");
            foreach (Scenario s in ScenarioCatalog.Default.Names.Select(ScenarioCatalog.Default.Load))
            {
                scenarios.AddRow(
                    Markup.Escape(s.Name), Markup.Escape(s.Load.Description), Markup.Escape(s.Keys().Description),
                    Durations.Text(s.WarmUp + s.Duration), Markup.Escape(s.Description));
            }

            Table metrics = new Table().AddColumns("metric", "unit", "meaning");
            foreach (Metric metric in Metrics.All.Values)
                metrics.AddRow(metric.Name, metric.Unit.ToString(), Markup.Escape(metric.Meaning));
            console.Write(scenarios);
            console.Write(metrics);
            return ExitCodes.Passed;
        });
        return command;
    }
}
