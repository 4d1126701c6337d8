using System.CommandLine;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Reports;
using HashBalancer.Simulation.Studies;

namespace HashBalancer.Simulation.Cli;

/// <summary>The command line of the simulation.</summary>
internal static class SimulationCommand
{
    /// <summary>Every study, in the order of the report.</summary>
    private static readonly IStudy[] Studies = [new ChoiceStudy(), new WaitStudy(), new FlashStudy(), new OverloadStudy(), new BalanceStudy()];

    public static RootCommand Create(TextWriter output, TextWriter error)
    {
        var report = new Option<DirectoryInfo?>("--report") { Description = "Write simulation.md to this directory, or simulation-NAME.md for chosen studies" };
        var only = new Option<string[]>("--only") { Description = $"Studies to run, of {string.Join(", ", Studies.Select(s => s.Name))}; all without it", AllowMultipleArgumentsPerToken = true };
        var effort = new Option<double>("--effort") { Description = "How long runs are, 0.05 to 10; figures to keep are of 1", DefaultValueFactory = _ => 1 };
        var command = new RootCommand("The gateway's own choice of nodes before simulated ones, in virtual time: the same figures at every run") { report, only, effort };
        command.Subcommands.Add(DayCommand.Create(output, error));
        command.SetAction((parsed, _) => ExitCodes.Guard(error, () => Run(parsed.GetValue(only) ?? [], parsed.GetValue(effort), parsed.GetValue(report), output)));
        return command;
    }

    private static async Task<int> Run(string[] only, double effort, DirectoryInfo? report, TextWriter output)
    {
        if (effort is not (>= 0.05 and <= 10))
            throw new UsageException($"--effort: {effort} is not allowed; it must be a number from 0.05 to 10");
        if (only.FirstOrDefault(name => Studies.All(study => study.Name != name)) is { } unknown)
            throw new UsageException($"--only: \"{unknown}\" is none of {string.Join(", ", Studies.Select(s => s.Name))}");
        var findings = new Findings();
        foreach (IStudy study in Studies.Where(study => only.Length == 0 || only.Contains(study.Name)))
            study.Run(findings, effort);

        Goal[] goals = [.. Goal.Load().Where(goal => only.Length == 0 || findings.Figures.ContainsKey(goal.Of))];
        string text = Text(findings, goals, only, effort);
        await output.WriteAsync(text);
        if (report is not null)
        {
            report.Create();
            await File.WriteAllTextAsync(Path.Combine(report.FullName, only.Length == 0 ? "simulation.md" : $"simulation-{string.Join('-', only)}.md"), text);
        }

        return goals.All(goal => goal.Holds(findings.Figures[goal.Of])) ? ExitCodes.Passed : ExitCodes.Broken;
    }

    private static string Text(Findings findings, Goal[] goals, string[] only, double effort)
    {
        var table = new MarkdownTable("goal", "is", "must be", "holds", "because");
        foreach (Goal goal in goals)
        {
            double value = findings.Figures[goal.Of];
            table.Add(goal.Name, $"{value:0.####}", goal.Range, goal.Holds(value) ? "yes" : "no", goal.Because);
        }

        return $"""
            # Simulation of the choice of nodes

            Made by `dotnet run -c Release --project loadtests/Simulation -- {(only.Length == 0 ? "" : $"--only {string.Join(' ', only)} ")}--report loadtests/results`{(effort == 1 ? "" : $" with `--effort {effort}`")}. The gateway's own policies,
            selection, bound, affinity wait, hot keys and load table choose; nodes are simulated: four slots each, first come, first
            served, and an LRU cache of 2,500 keys, of 5,000 keys per node in all. A request of a key that its node holds takes 4 ms of work
            in the mean, another 20 ms, exponentially distributed; arrivals are Poisson. 100 % load is what keeps every slot busy when all
            keys stay on their owners. One gateway, virtual time: the same figures on every machine. Nothing rebalances but in the study of balance, which has
            nodes and work of its own.

            {table}
            """ + findings.Text;
    }
}
