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
        return new Command("keys", "Look into how keys are spread.") { explain };
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
