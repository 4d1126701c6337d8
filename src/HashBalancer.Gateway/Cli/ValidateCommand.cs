using System.CommandLine;
using System.Globalization;
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
        var live = new Option<bool>("--live") { Description = "Ask the registry that it names, too, what a gateway would find there; exit code 1 when something is missing. Changes nothing." };
        command.Options.Add(live);
        command.SetAction(async (arguments, stop) =>
        {
            (LoadedConfiguration? loaded, IReadOnlyList<ConfigurationError> errors) = await source.LoadAsync(arguments);
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
