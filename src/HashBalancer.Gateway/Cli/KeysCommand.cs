using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HashBalancer.Gateway.Admin;
using HashBalancer.Proxy;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>keys explain</c>: asks a running gateway where a key's requests go, and why.</summary>
internal static class KeysCommand
{
    public static Command Create()
    {
        var pool = new Argument<string>("pool") { Description = "The pool's name." };
        var key = new Argument<string>("key") { Description = "The key as the pool's sources yield it." };
        var call = new AdminCall();
        var explain = new Command("explain", "Say which node serves a key at this moment, why, and which ones follow.") { pool, key };
        call.AddTo(explain);
        explain.SetAction((arguments, stop) => call.RunAsync(
            arguments, HttpMethod.Get,
            $"/api/v1/pools/{Uri.EscapeDataString(arguments.GetValue(pool)!)}/explain?key={Uri.EscapeDataString(arguments.GetValue(key)!)}", Text, stop));
        return new Command("keys", "Look into how keys are spread, and give them to nodes.") { explain, Pin("pin"), Pin("unpin") };
    }

    private static Command Pin(string name)
    {
        bool pins = name == "pin";
        var pool = new Argument<string>("pool") { Description = "The pool's name." };
        var key = new Argument<string>("key") { Description = "The key as the pool's sources yield it." };
        var node = new Argument<string>("node") { Description = "The node's ServiceID." };
        var call = new AdminCall();
        var command = new Command(name, pins
            ? "Give the arc that a key lies in to a node, in all gateways that share a registry, until it is unpinned."
            : "Take the arc that a key lies in back from the node that it was given to.") { pool, key };
        if (pins)
            command.Arguments.Add(node);
        call.AddTo(command);
        command.SetAction((arguments, stop) => pins
            ? call.RunAsync(arguments, HttpMethod.Put, AdminPath.Pool(arguments.GetValue(pool)!, "/overrides"), Pinned, stop,
                JsonSerializer.Serialize(new OverrideOrder(arguments.GetValue(node), arguments.GetValue(key)), OrderJson.Default.OverrideOrder))
            : call.RunAsync(arguments, HttpMethod.Delete, AdminPath.Pool(arguments.GetValue(pool)!, $"/overrides?key={Uri.EscapeDataString(arguments.GetValue(key)!)}"), Pinned, stop));
        return command;
    }

    private static string Pinned(string json)
    {
        var table = new TextTable("first", "last", "share", "node", "in force");
        foreach (OverrideReport one in JsonSerializer.Deserialize(json, OrderJson.Default.OverridesReport)!.Overrides)
            table.Add($"{one.First:x8}", $"{one.Last:x8}", string.Create(CultureInfo.InvariantCulture, $"{100 * one.Share:0.####} %"), one.Node, one.IsInForce ? "yes" : "no");
        return table.ToString();
    }

    private static string Text(string json)
    {
        KeyExplanation key = JsonSerializer.Deserialize(json, ExplainJson.Default.KeyExplanation)!;
        CultureInfo culture = CultureInfo.InvariantCulture;
        var text = new StringBuilder();
        text.Append(culture, $"node      {key.Node ?? "none"}  ({key.Reason}{(key.Waits ? ", after a short wait for its owner" : "")})\n");
        text.Append(culture, $"owner     {key.Owner ?? "none"}{(key.Arc is { IsOverride: true } ? $"  (rebalanced, assignment {key.AssignmentVersion}; at home on {key.Home})" : "")}\n");
        if (key.Sharers > 1)
            text.Append(culture, $"hot       shared by {key.Sharers} nodes\n");
        if (key.Arc is { } arc)
            text.Append(culture, $"place     {key.Hash} in {arc.First:x8} to {arc.Last:x8}, {100 * arc.Share:0.####} % of the key space\n");
        foreach (NodeExplanation node in key.Walk)
            text.Append(culture, $"walk      {node.Id}  {node.Address}  in flight {node.InFlight}{(node.IsFull ? ", over its bound" : "")}{string.Concat(node.Obstacles.Select(one => $", {one}"))}\n");
        foreach (AsideNode node in key.Aside)
            text.Append(culture, $"aside     {node.Id}  {node.State}\n");
        return text.ToString().TrimEnd();
    }
}
