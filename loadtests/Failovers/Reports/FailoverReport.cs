using System.Globalization;
using System.Text;
using HashBalancer.LoadTests.Reports;

namespace HashBalancer.Failovers.Reports;

/// <summary>What was found.</summary>
/// <param name="Title">Of what.</param>
/// <param name="Command">What was run.</param>
/// <param name="StartedAt">When.</param>
/// <param name="Introduction">How it was found.</param>
/// <param name="Goals">What is to hold.</param>
/// <param name="Table">Event by event.</param>
internal sealed record FailoverReport(string Title, string Command, DateTimeOffset StartedAt, string Introduction, IReadOnlyList<FailoverGoal> Goals, MarkdownTable? Table)
{
    public bool Holds => Goals.All(goal => goal.Holds);

    public string ToMarkdown()
    {
        Machine machine = Machine.Read();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Title}\n\nMade by `dotnet run -c Release --project loadtests/Failovers -- {Command}`, {StartedAt:yyyy-MM-dd HH:mm} UTC, {machine.Cores} cores of {machine.Cpu}, {machine.System}, {machine.Runtime}.\n\n{Introduction}\n\n");
        var goals = new MarkdownTable("goal", "is", "at most", "holds");
        foreach (FailoverGoal goal in Goals)
            goals.Add(goal.Name, goal.Is.ToString("0.####", CultureInfo.InvariantCulture), goal.AtMost.ToString("0.####", CultureInfo.InvariantCulture), goal.Holds ? "yes" : "no");
        text.Append(goals);
        if (Table is not null)
            text.Append('\n').Append(Table);
        return text.ToString();
    }
}

/// <summary>What is to hold.</summary>
internal sealed record FailoverGoal(string Name, double Is, double AtMost)
{
    public bool Holds => Is <= AtMost;
}
