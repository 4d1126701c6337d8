using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using HashBalancer.Control;
using HashBalancer.Gateway.Admin;
using HashBalancer.Proxy;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>pools</c>: the pools of a running gateway.</summary>
internal static class PoolsCommand
{
    public static Command Create()
    {
        var call = new AdminCall();
        var command = new Command("pools", "List the pools with the state of their nodes; of those that are sized, what they have of the fleet, what they are missing, and why.");
        call.AddTo(command);
        command.SetAction((arguments, stop) => call.RunAsync(arguments, HttpMethod.Get, AdminPath.Pools, Text, stop));
        return command;
    }

    private static string Text(string json)
    {
        PoolsReport report = JsonSerializer.Deserialize(json, PoolJson.Default.PoolsReport)!;
        CultureInfo culture = CultureInfo.InvariantCulture;
        var table = new TextTable("pool", "up", "draining", "down", "ejected", "in flight", "waiting", "hot keys", "overrides", "assignment", "problem");
        foreach ((PoolView pool, string? problem, PoolState? _) in report.Pools)
        {
            table.Add(
                pool.Name, pool.Up.ToString(culture), pool.Draining.ToString(culture), pool.Down.ToString(culture), pool.Ejected.ToString(culture), pool.InFlight.ToString(culture),
                (pool.WaitingForAdmission + pool.WaitingForOwner).ToString(culture), pool.HotKeys.ToString(culture), pool.Overrides.ToString(culture),
                pool.AssignmentVersion.ToString(culture), problem ?? (pool.IsPanicking ? "panicking: ejections are ignored" : "-"));
        }

        return $"gateway {report.Gateway}, leader {report.Leader ?? "none"}, registry {report.Registry}, snapshot {report.SnapshotVersion}\n{table}{Allocations(report)}";
    }

    /// <summary>What pools have of the fleet, and why; empty when none is sized.</summary>
    private static string Allocations(PoolsReport report)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        PoolState[] sized = [.. report.Pools.Select(pool => pool.Allocation).OfType<PoolState>()];
        if (sized.Length == 0)
            return "";
        var table = new TextTable("pool", "wants", "due", "has", "coming", "leaving", "missing", "why");
        foreach (PoolState pool in sized)
        {
            table.Add(
                pool.Name, Number(pool.Demand), pool.Target is { } due ? Number(due) : "-", pool.Serving.ToString(culture), pool.Arriving.ToString(culture), pool.Leaving.ToString(culture),
                Number(Math.Max(0, pool.Demand - pool.Serving)), pool.Reason);
        }

        return $"\n\n{table}";

        string Number(double value) => value.ToString("0.##", culture);
    }
}
