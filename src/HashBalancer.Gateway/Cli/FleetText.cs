using System.Globalization;
using System.Text;
using System.Text.Json;
using HashBalancer.Control;
using HashBalancer.Gateway.Admin;

namespace HashBalancer.Gateway.Cli;

/// <summary>The fleet in the form for people.</summary>
internal static class FleetText
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    /// <summary>How it is divided, and why.</summary>
    public static string Of(string json)
    {
        AllocationState state = JsonSerializer.Deserialize(json, AllocationJson.Default.AllocationState)!;
        var text = new StringBuilder();
        text.Append(Culture, $"epoch {state.Epoch}, decided by {state.Leader ?? "nobody"} for {state.Gateways} gateway(s), {state.Mode.ToString().ToLowerInvariant()}{(state.Hold is null ? "" : $": {state.Hold}")}\n");
        if (state.Fault is not null)
            text.Append(Culture, $"{state.Fault}\n");
        text.Append(Culture, $"{state.Fleet.Nodes} nodes, {state.Fleet.Available} available, {state.Fleet.Free} free\n\n");
        text.Append(Table(
            [["pool", "guarantee", "ceiling", "weight", "wants", "due", "has", "serving", "why"],
             .. state.Pools.Select(pool => new[]
             {
                 pool.Name, Number(pool.Guarantee), pool.Ceiling is { } most ? Number(most) : "-", Number(pool.Weight), Number(pool.Demand), pool.Target is { } due ? Number(due) : "-",
                 pool.Assigned.ToString(Culture), pool.Serving.ToString(Culture), pool.Reason,
             })]));
        if (state.Nodes.Count > 0)
        {
            text.Append('\n').Append(Table(
                [["node", "pool", "phase", "agent", ""],
                 .. state.Nodes.Select(node => new[]
                 {
                     node.Node, node.Lease.Pool ?? "-", node.Available ? node.Lease.Phase.ToString().ToLowerInvariant() : "unavailable", node.Agent?.State.ToString().ToLowerInvariant() ?? "-",
                     string.Join("; ", new[] { node.Lease.Next is { } next ? $"goes to {next}" : null, node.Agent?.Reason }.OfType<string>().Concat(node.Lease.Refusals.Select(refusal => $"not tried for {refusal.Pool}: {refusal.Reason}"))),
                 })]));
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>What changes would make of it.</summary>
    public static string Of(WhatIfResult result)
    {
        var text = new StringBuilder(Table(
            [["pool", "wants", "would want", "due", "would be due", "has", "will have", "would have", "short of"],
             .. result.Pools.Select(pool => new[]
             {
                 pool.Pool, Number(pool.Demand), Number(pool.ChangedDemand), Number(pool.Target), Number(pool.ChangedTarget), pool.Now.ToString(Culture), pool.Nodes.ToString(Culture),
                 pool.ChangedNodes.ToString(Culture), Number(pool.ChangedShortage),
             })]));
        text.Append(Culture, $"\n{result.Moves.Count} move(s) in {result.Rounds} round(s){(result.InfeasibleGuarantees ? "; there are too few nodes for all guarantees" : "")}\n");
        foreach (WhatIfMove move in result.Moves.Take(50))
            text.Append(Culture, $"  {move.Node}  {move.From ?? "free"} -> {move.To ?? "free"}\n");
        return text.ToString().TrimEnd();
    }

    /// <summary>An epoch decided again.</summary>
    public static string Of(EpochReplay replay)
    {
        var text = new StringBuilder();
        text.Append(Culture, $"epoch {replay.Number} of {replay.At:u}, decided by {replay.Leader}: {(replay.IsSame ? "the same comes out again" : "something else comes out now")}\n");
        foreach (FleetLease lease in replay.Changed)
            text.Append(Culture, $"  {lease.Node} is {lease.Phase.ToString().ToLowerInvariant()} {lease.Pool ?? lease.FormerPool}{(lease.Next is null ? "" : $", then {lease.Next}")}\n");
        foreach (string line in replay.Division)
            text.Append(Culture, $"  {line}\n");
        return text.ToString().TrimEnd();
    }

    /// <summary>What operators want.</summary>
    public static string Of(FleetControls controls)
    {
        List<string> lines = [controls.Frozen ? "the fleet is frozen" : "the fleet is not frozen"];
        if (controls.FrozenPools.Count > 0)
            lines.Add($"frozen pools: {string.Join(", ", controls.FrozenPools)}");
        if (controls.OptedOut.Count > 0)
            lines.Add($"pools that nothing is taken from: {string.Join(", ", controls.OptedOut)}");
        lines.AddRange(controls.Pins.OrderBy(pin => pin.Key, StringComparer.Ordinal).Select(pin => $"{pin.Key} is pinned to {pin.Value}"));
        return string.Join('\n', lines);
    }

    private static string Number(double value) => value.ToString("0.##", Culture);

    private static string Table(IReadOnlyList<string[]> rows)
    {
        var table = new TextTable(rows[0]);
        foreach (string[] row in rows.Skip(1))
            table.Add(row);
        return $"{table}\n";
    }
}
