using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using HashBalancer.Gateway.Configuration;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>validate</c>: checks a configuration and starts nothing.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var command = new Command("validate", "Check the configuration and print every fault; exit code 0 when there is none, else 2.");
        var source = new ConfigurationArguments();
        source.AddTo(command);
        var output = new Option<string>("--output") { Description = "text, or json for programs.", DefaultValueFactory = _ => "text", HelpName = "form" };
        output.AcceptOnlyFromAmong("text", "json");
        command.Options.Add(output);
        var live = new Option<bool>("--live") { Description = "Ask the registry that it names, too, what a gateway would find there; exit code 1 when something is missing. Changes nothing." };
        command.Options.Add(live);
        command.SetAction(async (arguments, stop) =>
        {
            (LoadedConfiguration? loaded, IReadOnlyList<ConfigurationError> errors) = await source.LoadAsync(arguments);
            if (arguments.GetValue(output) == "json")
            {
                GatewayConfiguration? valid = loaded?.Configuration;
                Console.Out.WriteLine(JsonSerializer.Serialize(
                    new ValidationReport(valid is not null, valid?.Pools.Length ?? 0, valid?.Routes.Count ?? 0, valid?.Clusters.Count ?? 0, [.. errors.Select(error => error.ToString())]),
                    ValidationJson.Default.ValidationReport));
                // What is found is for people; programs go by the exit code.
                return valid is null ? ExitCode.Usage
                    : arguments.GetValue(live) && await LiveCheck.RunAsync(valid, Console.Error, stop) > 0 ? ExitCode.Failure
                    : ExitCode.Success;
            }

            if (loaded is null)
                return FaultReport.Print(errors);
            GatewayConfiguration configuration = loaded.Configuration;
            await Console.Out.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"The configuration is valid: {configuration.Pools.Length} pool(s), {configuration.Routes.Count} route(s), {configuration.Clusters.Count} cluster(s)."));
            return arguments.GetValue(live) && await LiveCheck.RunAsync(configuration, Console.Out, stop) > 0 ? ExitCode.Failure : ExitCode.Success;
        });
        return command;
    }
}

/// <summary>What a check of the configuration found.</summary>
/// <param name="Valid">Whether it has no fault.</param>
/// <param name="Pools">How many pools it has; 0 when it has faults.</param>
/// <param name="Routes">How many routes.</param>
/// <param name="Clusters">How many clusters.</param>
/// <param name="Faults">Every fault with its key.</param>
internal sealed record ValidationReport(bool Valid, int Pools, int Routes, int Clusters, IReadOnlyList<string> Faults);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ValidationReport))]
internal sealed partial class ValidationJson : JsonSerializerContext;
