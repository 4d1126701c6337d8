using System.CommandLine;
using System.Text.Json;
using HashBalancer.Gateway.Admin;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>nodes drain</c> and <c>nodes undrain</c>: asks a running gateway, by its admin API, which tells all others.</summary>
internal static class NodesCommand
{
    public static Command Create() => new("nodes", "Take nodes out of service, and back.")
    {
        Create("drain", "Take a node out of the rings of all gateways that share a registry: it gets no new keys, and what it has in flight finishes."),
        Create("undrain", "Give a node that was drained its keys back."),
    };

    private static Command Create(string name, string description)
    {
        var pool = new Argument<string>("pool") { Description = "The pool's name." };
        var node = new Argument<string>("node") { Description = "The node's ServiceID." };
        var call = new AdminCall();
        var command = new Command(name, description) { pool, node };
        call.AddTo(command);
        command.SetAction((arguments, stop) => call.RunAsync(
            arguments, HttpMethod.Post,
            $"/api/v1/pools/{Uri.EscapeDataString(arguments.GetValue(pool)!)}/nodes/{Uri.EscapeDataString(arguments.GetValue(node)!)}/{name}", Text, stop));
        return command;
    }

    private static string Text(string json)
    {
        NodeReport report = JsonSerializer.Deserialize(json, NodeReportJson.Default.NodeReport)!;
        return $"{report.Pool}  {report.Node}  {report.State}";
    }
}
