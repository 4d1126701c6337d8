using System.CommandLine;
using System.Text.Json;
using HashBalancer.Gateway.Admin;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>ready</c>: whether a gateway can route, for health checks that have no HTTP client.</summary>
internal static class ReadyCommand
{
    public static Command Create()
    {
        var call = new AdminCall();
        var command = new Command("ready", "Ask a gateway whether it can route; exit code 0 when it can, else 1.");
        call.AddTo(command);
        command.SetAction((arguments, stop) => call.RunAsync(arguments, HttpMethod.Get, "/readyz", Text, stop));
        return command;
    }

    private static string Text(string json)
    {
        ReadinessReport report = JsonSerializer.Deserialize(json, ReadinessJson.Default.ReadinessReport)!;
        return $"ready: {report.Pools.Count} pool(s), {report.Pools.Sum(pool => pool.Up)} node(s) up";
    }
}
