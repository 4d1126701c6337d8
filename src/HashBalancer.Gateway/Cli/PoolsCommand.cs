using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using HashBalancer.Gateway.Admin;
using HashBalancer.Proxy;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>pools</c>: the pools of a running gateway.</summary>
internal static class PoolsCommand
{
    public static Command Create()
    {
        var call = new AdminCall();
        var command = new Command("pools", "List the pools with the state of their nodes.");
        call.AddTo(command);
        command.SetAction((arguments, stop) => call.RunAsync(arguments, HttpMethod.Get, AdminPath.Pools, Text, stop));
        return command;
    }

    private static string Text(string json)
    {
        PoolsReport report = JsonSerializer.Deserialize(json, PoolJson.Default.PoolsReport)!;
        CultureInfo culture = CultureInfo.InvariantCulture;
        var table = new TextTable("pool", "up", "draining", "down", "ejected", "in flight", "waiting", "hot keys", "overrides", "assignment", "problem");
        foreach ((PoolView pool, string? problem) in report.Pools)
        {
            table.Add(
                pool.Name, pool.Up.ToString(culture), pool.Draining.ToString(culture), pool.Down.ToString(culture), pool.Ejected.ToString(culture), pool.InFlight.ToString(culture),
                (pool.WaitingForAdmission + pool.WaitingForOwner).ToString(culture), pool.HotKeys.ToString(culture), pool.Overrides.ToString(culture),
                pool.AssignmentVersion.ToString(culture), problem ?? (pool.IsPanicking ? "panicking: ejections are ignored" : "-"));
        }

        return $"gateway {report.Gateway}, leader {report.Leader ?? "none"}, registry {report.Registry}, snapshot {report.SnapshotVersion}\n{table}";
    }
}
