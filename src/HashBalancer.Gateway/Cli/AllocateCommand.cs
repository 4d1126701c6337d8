using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using HashBalancer.Allocation.Validation;
using HashBalancer.Control;
using HashBalancer.Gateway.Admin;
using Microsoft.Extensions.Primitives;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>allocate</c>: how the fleet is divided, what changes would make of it, and what operators want of it.</summary>
internal static class AllocateCommand
{
    public static Command Create()
    {
        var command = new Command("allocate", "Show how the fleet is divided; with changes, what they would make of it, on a running gateway or on a file, without touching anything.");
        var file = new Option<FileInfo?>("--file") { Description = "Try the changes on a file: what 'allocate epoch N --output json' wrote, or its member 'input'.", HelpName = "file" };
        var call = new AdminCall();
        call.AddTo(command);
        command.Options.Add(file);
        Dictionary<string, Option<string[]>> changes = WhatIfQuery.Words.ToDictionary(
            word => word.Key, word => new Option<string[]>($"--{word.Key}") { Description = $"A change to try: {word.Value}; may be repeated.", HelpName = "change" }, StringComparer.Ordinal);
        foreach (Option<string[]> change in changes.Values)
            command.Options.Add(change);
        command.SetAction((arguments, stop) =>
        {
            KeyValuePair<string, StringValues>[] asked = [.. changes
                .Select(change => KeyValuePair.Create(change.Key, new StringValues(arguments.GetValue(change.Value) ?? [])))
                .Where(change => change.Value.Count > 0)];
            if (WhatIfQuery.Read(asked, out string? fault) is not { } tried)
                return Task.FromResult(Say($"--{fault}", ExitCode.Usage));
            if (arguments.GetValue(file) is { } from)
                return Task.FromResult(TryOnFile(from, tried, call.IsJson(arguments)));
            return asked.Length == 0
                ? call.RunAsync(arguments, HttpMethod.Get, AllocationEndpoints.Root, FleetText.Of, stop)
                : call.RunAsync(arguments, HttpMethod.Get, $"{AllocationEndpoints.Root}/what-if?{Query(asked)}", json => FleetText.Of(JsonSerializer.Deserialize(json, FleetCommandJson.Default.WhatIfResult)!), stop);
        });
        foreach (Command order in Orders())
            command.Subcommands.Add(order);
        command.Subcommands.Add(Epochs());
        command.Subcommands.Add(Epoch("epoch", "Show what an epoch was decided by.", "", json => json));
        command.Subcommands.Add(Epoch("replay", "Decide an epoch again from what it was decided by.", "/replay", json => FleetText.Of(JsonSerializer.Deserialize(json, FleetCommandJson.Default.EpochReplay)!)));
        return command;
    }

    private static IEnumerable<Command> Orders()
    {
        yield return Order("freeze", "Let no node change its pool any more, or have one pool keep what it has; moves under way end.", pool: Need.May, node: Need.No);
        yield return Order("unfreeze", "Take a freeze back.", pool: Need.May, node: Need.No);
        yield return Order("opt-out", "Have no node taken from a pool for others.", pool: Need.Must, node: Need.No);
        yield return Order("opt-in", "Take that back.", pool: Need.Must, node: Need.No);
        yield return Order("pin", "Give a node to a pool, whatever the shares are.", pool: Need.Must, node: Need.Must);
        yield return Order("unpin", "Take that back.", pool: Need.No, node: Need.Must);
    }

    private static Command Order(string name, string description, Need pool, Need node)
    {
        var nodeId = new Argument<string>("node") { Description = "The node's id." };
        var poolName = new Argument<string?>("pool") { Description = "The pool's name.", Arity = pool == Need.Must ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne };
        var call = new AdminCall();
        var command = new Command(name, description);
        if (node != Need.No)
            command.Arguments.Add(nodeId);
        if (pool != Need.No)
            command.Arguments.Add(poolName);
        call.AddTo(command);
        command.SetAction((arguments, stop) =>
        {
            string? of = pool == Need.No ? null : arguments.GetValue(poolName);
            string path = node != Need.No ? $"/nodes/{Uri.EscapeDataString(arguments.GetValue(nodeId)!)}/{name}{(of is null ? "" : $"?pool={Uri.EscapeDataString(of)}")}"
                : of is null ? $"/{name}"
                : $"/pools/{Uri.EscapeDataString(of)}/{name}";
            return call.RunAsync(arguments, HttpMethod.Post, AllocationEndpoints.Root + path, json => FleetText.Of(JsonSerializer.Deserialize(json, AllocationJson.Default.FleetControls)!), stop);
        });
        return command;
    }

    private static Command Epochs()
    {
        var call = new AdminCall();
        var command = new Command("epochs", "List the epochs that are recorded, the last one first.");
        call.AddTo(command);
        command.SetAction((arguments, stop) => call.RunAsync(arguments, HttpMethod.Get, AllocationEndpoints.Root + "/epochs",
            json => string.Join('\n', JsonSerializer.Deserialize(json, FleetCommandJson.Default.IReadOnlyListInt64)!.Select(epoch => epoch.ToString(CultureInfo.InvariantCulture))), stop));
        return command;
    }

    private static Command Epoch(string name, string description, string path, Func<string, string> text)
    {
        var number = new Argument<long>("epoch") { Description = "The epoch's number." };
        var call = new AdminCall();
        var command = new Command(name, description) { number };
        call.AddTo(command);
        command.SetAction((arguments, stop) => call.RunAsync(
            arguments, HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"{AllocationEndpoints.Root}/epochs/{arguments.GetValue(number)}{path}"), text, stop));
        return command;
    }

    private static int TryOnFile(FileInfo file, WhatIf changes, bool isJson)
    {
        try
        {
            string text = File.ReadAllText(file.FullName);
            using var document = JsonDocument.Parse(text);
            FleetInput input = document.RootElement.TryGetProperty("input", out JsonElement inner)
                ? inner.Deserialize(FleetCommandJson.Default.FleetInput)!
                : document.RootElement.Deserialize(FleetCommandJson.Default.FleetInput)!;
            WhatIfResult result = changes.Try(input);
            Console.Out.WriteLine(isJson ? JsonSerializer.Serialize(result, FleetCommandJson.Default.WhatIfResult) : FleetText.Of(result));
            return ExitCode.Success;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Say($"--file: is '{file}', which cannot be read: {error.Message}", ExitCode.Usage);
        }
        catch (JsonException error)
        {
            return Say($"--file: '{file}' is no fleet: {error.Message}", ExitCode.Usage);
        }
        catch (Exception error) when (error is ArgumentException or AllocationSpecException)
        {
            return Say(error.Message, ExitCode.Failure);
        }
    }

    private static string Query(KeyValuePair<string, StringValues>[] changes) =>
        string.Join('&', changes.SelectMany(change => change.Value.Select(value => $"{change.Key}={Uri.EscapeDataString(value!)}")));

    private static int Say(string fault, int exitCode)
    {
        Console.Error.WriteLine($"hashbalancer: {fault}");
        return exitCode;
    }

    private enum Need
    {
        No,
        May,
        Must,
    }
}
