using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HashBalancer.Gateway.Admin;
using HashBalancer.Ring;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>ring simulate</c>: asks a running gateway what would move if nodes came, left or got another weight.</summary>
internal static class RingCommand
{
    private const string Weighted = "ID or ID=WEIGHT with WEIGHT 0 to 1000";

    public static Command Create()
    {
        var pool = new Argument<string>("pool") { Description = "The pool's name." };
        var add = new Option<string[]>("--add") { Description = $"A node that comes: {Weighted}; 1 when none is given.", HelpName = "node", DefaultValueFactory = _ => [] };
        var remove = new Option<string[]>("--remove") { Description = "A node that leaves, or drains.", HelpName = "node", DefaultValueFactory = _ => [] };
        var reweight = new Option<string[]>("--reweight") { Description = "A node that gets another weight: ID=WEIGHT.", HelpName = "node", DefaultValueFactory = _ => [] };
        var keys = new Option<string[]>("--key") { Description = "A key whose owners before and after are shown.", HelpName = "key", DefaultValueFactory = _ => [] };
        add.Validators.Add(result => Check(result, weightRequired: false));
        reweight.Validators.Add(result => Check(result, weightRequired: true));
        var call = new AdminCall();
        var simulate = new Command("simulate", "Say which keys would move, and what each node would get, if nodes came, left or got another weight. Nothing changes.")
        {
            pool, add, remove, reweight, keys,
        };
        call.AddTo(simulate);
        simulate.SetAction((arguments, stop) =>
        {
            var request = new SimulationRequest(
                [.. arguments.GetValue(add)!.Select(Node)], arguments.GetValue(remove)!, [.. arguments.GetValue(reweight)!.Select(Node)], arguments.GetValue(keys)!);
            return call.RunAsync(
                arguments, HttpMethod.Post, $"/api/v1/pools/{Uri.EscapeDataString(arguments.GetValue(pool)!)}/ring/simulate", Text, stop,
                JsonSerializer.Serialize(request, SimulationJson.Default.SimulationRequest));
        });
        return new Command("ring", "Look into a pool's ring.") { simulate };
    }

    private static void Check(OptionResult result, bool weightRequired)
    {
        foreach (Token token in result.Tokens)
        {
            bool hasWeight = token.Value.Contains('=', StringComparison.Ordinal);
            if (weightRequired && !hasWeight)
                result.AddError($"{result.Option.Name}: is '{token.Value}', but must be ID=WEIGHT with WEIGHT 0 to 1000.");
            else if (hasWeight && !(WeightOf(token.Value) is >= 0 and <= HashRing.MaximumWeight))
                result.AddError($"{result.Option.Name}: is '{token.Value}', but must be {Weighted}.");
        }
    }

    private static WeightedNode Node(string text) =>
        text.LastIndexOf('=') is >= 0 and int at ? new WeightedNode(text[..at], WeightOf(text)!.Value) : new WeightedNode(text);

    private static double? WeightOf(string text) =>
        double.TryParse(text.AsSpan(text.LastIndexOf('=') + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double weight) ? weight : null;

    private static string Text(string json)
    {
        SimulationReport report = JsonSerializer.Deserialize(json, SimulationJson.Default.SimulationReport)!;
        CultureInfo culture = CultureInfo.InvariantCulture;
        var text = new StringBuilder();
        text.Append(culture, $"moved     {100 * report.MovedShare:0.##} % of the key space{(report.MovedLoad is { } load ? string.Create(culture, $", {load:0.#} requests/s") : "")}\n");
        if (report.BusiestBefore is { } before && report.BusiestAfter is { } after)
            text.Append(culture, $"busiest   {before:0.00} of the mean, then {after:0.00}\n");
        foreach (NodePrediction node in report.Nodes)
        {
            text.Append(culture, $"node      {node.Id}  share {100 * node.ShareBefore:0.##} % to {100 * node.ShareAfter:0.##} %");
            if (node.LoadBefore is { } was && node.LoadAfter is { } then)
                text.Append(culture, $", {was:0.#} to {then:0.#} requests/s");
            text.Append(node.WeightBefore is null ? ", comes\n" : node.WeightAfter is null ? ", leaves\n" : "\n");
        }

        foreach (KeyMove key in report.Keys)
            text.Append(culture, $"key       {key.Key}  {key.Before ?? "none"}{(key.Before == key.After ? " (stays)" : $" to {key.After ?? "none"}")}\n");
        return text.ToString().TrimEnd();
    }
}
