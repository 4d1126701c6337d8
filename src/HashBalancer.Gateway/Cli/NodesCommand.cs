using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using HashBalancer.Gateway.Admin;
using HashBalancer.Proxy;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>nodes</c>: lists nodes, takes them out of service and back, and gives them weights; by the admin API of a gateway, which tells all others.</summary>
internal static class NodesCommand
{
    public static Command Create() => new("nodes", "List nodes, take them out of service and back, and give them weights.")
    {
        List(),
        Create("drain", "Take a node out of the rings of all gateways that share a registry: it gets no new keys, and what it has in flight finishes."),
        Create("undrain", "Give a node that was drained its keys back."),
        Weight(),
    };

    private static Command List()
    {
        var pool = new Argument<string>("pool") { Description = "The pool's name." };
        var call = new AdminCall();
        var command = new Command("list", "List the nodes of a pool, with share, load and what speaks against them.") { pool };
        call.AddTo(command);
        command.SetAction((arguments, stop) => call.RunAsync(arguments, HttpMethod.Get, AdminPath.Nodes(arguments.GetValue(pool)!), Table, stop));
        return command;
    }

    private static Command Create(string name, string description)
    {
        var pool = new Argument<string>("pool") { Description = "The pool's name." };
        var node = new Argument<string>("node") { Description = "The node's ServiceID." };
        var call = new AdminCall();
        var command = new Command(name, description) { pool, node };
        call.AddTo(command);
        command.SetAction((arguments, stop) => call.RunAsync(
            arguments, HttpMethod.Post, AdminPath.Node(arguments.GetValue(pool)!, arguments.GetValue(node)!, $"/{name}"), Text, stop));
        return command;
    }

    private static Command Weight()
    {
        var pool = new Argument<string>("pool") { Description = "The pool's name." };
        var node = new Argument<string>("node") { Description = "The node's ServiceID." };
        var weight = new Argument<string>("weight") { Description = "0 to 1000; reset: what the node registers.", HelpName = "weight|reset" };
        var call = new AdminCall();
        var command = new Command("weight", "Give a node a weight in all gateways that share a registry, until it is reset.") { pool, node, weight };
        call.AddTo(command);
        command.SetAction(async (arguments, stop) =>
        {
            string path = AdminPath.Node(arguments.GetValue(pool)!, arguments.GetValue(node)!, "/weight"), given = arguments.GetValue(weight)!;
            if (given == "reset")
                return await call.RunAsync(arguments, HttpMethod.Delete, path, WeightText, stop);
            if (!double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || number is not (>= 0 and <= 1000))
            {
                await Console.Error.WriteLineAsync($"hashbalancer: weight: is '{given}', but must be 0 to 1000, or reset.");
                return ExitCode.Usage;
            }

            return await call.RunAsync(arguments, HttpMethod.Put, path, WeightText, stop, JsonSerializer.Serialize(new WeightOrder(number), OrderJson.Default.WeightOrder));
        });
        return command;
    }

    private static string Text(string json)
    {
        NodeReport report = JsonSerializer.Deserialize(json, NodeReportJson.Default.NodeReport)!;
        return $"{report.Pool}  {report.Node}  {report.State}";
    }

    private static string WeightText(string json)
    {
        WeightReport report = JsonSerializer.Deserialize(json, OrderJson.Default.WeightReport)!;
        return string.Create(CultureInfo.InvariantCulture, $"{report.Pool}  {report.Node}  weight {report.Weight}{(report.Ordered is null ? "" : "  (ordered)")}");
    }

    private static string Table(string json)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        var table = new TextTable("node", "state", "address", "zone", "weight", "share", "in flight", "latency ms", "utilisation", "obstacles");
        foreach (NodeView node in JsonSerializer.Deserialize(json, PoolJson.Default.NodesReport)!.Nodes)
        {
            table.Add(
                node.Id, node.State.ToString(), node.Address, node.Zone ?? "-", node.Weight.ToString("0.###", culture), (100 * node.Share).ToString("0.00", culture) + " %",
                node.InFlight.ToString(culture), (1000 * node.LatencySeconds).ToString("0.0", culture), node.Utilisation?.ToString("0.00", culture) ?? "-",
                node.Obstacles.Count == 0 ? "-" : string.Join(",", node.Obstacles));
        }

        return table.ToString();
    }
}
