using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using HashBalancer.Control;
using HashBalancer.Gateway.Admin;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>rebalance</c>: whether measured load moves arcs, and what was moved.</summary>
internal static class RebalanceCommand
{
    public static Command Create() => new("rebalance", "See and say whether measured load moves arcs, and see what was moved.")
    {
        Modes(),
        Order("on", RebalancingMode.On, "Have measured load move arcs."),
        Order("observe", RebalancingMode.Observe, "Have the leader only tell what it would move."),
        Order("freeze", RebalancingMode.Off, "Leave every arc where it is."),
        Order("reset", mode: null, "Leave it to the configuration."),
        History(),
    };

    private static Command Modes()
    {
        var call = new AdminCall();
        var command = new Command("status", "Say by pool whether measured load moves arcs.");
        call.AddTo(command);
        command.SetAction((arguments, stop) => call.RunAsync(arguments, HttpMethod.Get, AdminPath.Rebalancing, ModesText, stop));
        return command;
    }

    private static Command Order(string name, RebalancingMode? mode, string description)
    {
        var pool = new Argument<string?>("pool") { Description = "The pool's name; none: all pools that nobody named.", Arity = ArgumentArity.ZeroOrOne };
        var call = new AdminCall();
        var command = new Command(name, $"{description} It holds in all gateways that share a registry.") { pool };
        call.AddTo(command);
        command.SetAction((arguments, stop) => call.RunAsync(
            arguments,
            mode is null ? HttpMethod.Delete : HttpMethod.Put,
            arguments.GetValue(pool) is { } one ? AdminPath.Pool(one, "/rebalancing") : AdminPath.Rebalancing,
            ModesText,
            stop,
            mode is { } wanted ? JsonSerializer.Serialize(new RebalancingOrder(wanted), OrderJson.Default.RebalancingOrder) : null));
        return command;
    }

    private static Command History()
    {
        var pool = new Argument<string>("pool") { Description = "The pool's name." };
        var call = new AdminCall();
        var command = new Command("history", "List what the gateway moved last while it led, with what was expected and observed.") { pool };
        call.AddTo(command);
        command.SetAction((arguments, stop) => call.RunAsync(arguments, HttpMethod.Get, AdminPath.Pool(arguments.GetValue(pool)!, "/rebalancing"), HistoryText, stop));
        return command;
    }

    private static string ModesText(string json)
    {
        RebalancingModes modes = JsonSerializer.Deserialize(json, OrderJson.Default.RebalancingModes)!;
        var table = new TextTable("pool", "mode");
        foreach ((string pool, RebalancingMode mode) in modes.Pools)
            table.Add(pool, mode.ToString());
        return $"configured {modes.Configured}{(modes.Ordered is { } ordered ? $", ordered {ordered}" : "")}\n{table}";
    }

    private static string HistoryText(string json)
    {
        RebalancingReport report = JsonSerializer.Deserialize(json, ExplainJson.Default.RebalancingReport)!;
        CultureInfo culture = CultureInfo.InvariantCulture;
        var table = new TextTable("at", "assignment", "moves", "key space", "busiest", "predicted", "observed");
        foreach (FollowedPlan plan in report.Plans)
        {
            table.Add(
                plan.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", culture), plan.Version == 0 ? "observed only" : plan.Version.ToString(culture), plan.Moves.Count.ToString(culture),
                (100 * plan.MovedShare).ToString("0.00", culture) + " %", plan.Busiest.ToString("0.00", culture), plan.Predicted.ToString("0.00", culture),
                plan.Observed?.ToString("0.00", culture) ?? "-");
        }

        return string.Create(culture, $"assignment {report.Version}, {report.Overrides} override(s)\n{table}");
    }
}
