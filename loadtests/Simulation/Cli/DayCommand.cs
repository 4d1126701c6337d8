using System.CommandLine;
using System.Globalization;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Reports;
using HashBalancer.Simulation.Day;

namespace HashBalancer.Simulation.Cli;

/// <summary><c>day</c>: a day of a fleet that sizes its pools itself.</summary>
internal static class DayCommand
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var nodes = new Option<int>("--nodes") { Description = "Nodes of the fleet, 10 to 100,000", DefaultValueFactory = _ => 10_000 };
        var pools = new Option<int>("--pools") { Description = "Pools that share it, 1 to 10,000", DefaultValueFactory = _ => 1000 };
        var hours = new Option<double>("--hours") { Description = "Hours of virtual time, 1 to 240", DefaultValueFactory = _ => 24 };
        var report = new Option<DirectoryInfo?>("--report") { Description = "Write fleet-day.md to this directory" };
        var command = new Command("day", "A day of a fleet: the leader's own sizing and planning, pools whose load comes and goes, nodes that fail") { nodes, pools, hours, report };
        command.SetAction((parsed, _) => ExitCodes.Guard(error, () => Run(parsed.GetValue(nodes), parsed.GetValue(pools), parsed.GetValue(hours), parsed.GetValue(report), output)));
        return command;
    }

    private static async Task<int> Run(int nodes, int pools, double hours, DirectoryInfo? report, TextWriter output)
    {
        if (nodes is < 10 or > 100_000 || pools < 1 || pools > 10_000 || hours is not (>= 1 and <= 240))
            throw new UsageException("--nodes, --pools and --hours must be 10 to 100000, 1 to 10000 and 1 to 240");
        DayResult day = FleetDay.Run(nodes, pools, TimeSpan.FromHours(hours), seed: 1);
        string text = Text(day, hours);
        await output.WriteAsync(text);
        if (report is not null)
        {
            report.Create();
            await File.WriteAllTextAsync(Path.Combine(report.FullName, "fleet-day.md"), text);
        }

        return day.LongestBelow <= MostRoundsBelow ? ExitCodes.Passed : ExitCodes.Broken;
    }

    /// <summary>A node that replaces another one drains, starts and is warmed, a round each, and one more until the loss is seen.</summary>
    private const int MostRoundsBelow = 6;

    private static string Text(DayResult day, double hours)
    {
        double[] rounds = [.. day.RoundMilliseconds.Order()];
        var table = new MarkdownTable("figure", "value");
        Add("rounds, a minute apart", $"{day.Rounds}");
        Add("nodes that failed, each for half an hour", $"{day.Failures}");
        Add("most nodes that all pools wanted together", $"{day.MostWanted}");
        Add("hours in which they wanted more than was available", $"{day.ScarceHours:0.0}");
        Add("nodes given to a pool, free ones and others'", $"{day.Starts}, {day.Starts / hours:0.#} an hour");
        Add("nodes taken from one pool for another: moves", $"{day.Moves}, {day.Moves / hours:0.#} an hour, {day.BusiestHour} in the busiest");
        Add("moves an hour per node", $"{day.Moves / hours / day.Nodes:0.#####}");
        Add("pool-rounds below the guarantee, of what is wanted", $"{day.BelowGuarantee} of {day.PoolRounds} ({(double)day.BelowGuarantee / day.PoolRounds:P4})");
        Add("the longest of these, in rounds", $"{day.LongestBelow}");
        Add("load, in node-hours", $"{day.LoadHours:0}");
        Add("of this beyond what the nodes that served could do", $"{day.UnservedHours:0.##} ({day.UnservedHours / day.LoadHours:P4})");
        Add("wanted, in node-hours", $"{day.WantedHours:0}");
        Add("of this not there", $"{day.ShortHours:0.#} ({day.ShortHours / day.WantedHours:P3})");
        Add("a round's planning, ms: median, p99, longest", $"{rounds[rounds.Length / 2]:0.0}, {rounds[rounds.Length * 99 / 100]:0.0}, {rounds[^1]:0.0}");
        Add("wall time of the whole, s", $"{day.Wall.TotalSeconds:0.0}");
        return string.Create(CultureInfo.InvariantCulture, $"""
            # A day of a fleet

            Made by `dotnet run -c Release --project loadtests/Simulation -- day --report loadtests/results`: {day.Nodes} nodes in three zones, {day.Pools} pools in
            ten groups, {hours:0.#} hours of virtual time. Every round is the leader's own: sizing, division by dominant resource fairness in two levels, placement,
            reclaim and the steps of nodes on their way. Loads are waves of a day, half of them in one time zone and the others in eight, with noise of ± 3 %; one pool in twenty has a
            rush that doubles it for half an hour. Each node fails once in thirty days in the mean. A node is drained, starts and is warmed in a round each.
            Half of what a pool needs at its highest is guaranteed to it. The first ten minutes, in which the empty fleet fills, do not count. All but the times is the
            same at every run.

            {table}

            """);

        void Add(string figure, FormattableString value) => table.Add(figure, FormattableString.Invariant(value));
    }
}
