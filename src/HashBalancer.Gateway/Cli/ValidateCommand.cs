using System.CommandLine;
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
        command.SetAction(async (arguments, _) =>
        {
            (LoadedConfiguration? loaded, IReadOnlyList<ConfigurationError> errors) = await source.LoadAsync(arguments);
            if (loaded is null)
                return FaultReport.Print(errors);
            GatewayConfiguration configuration = loaded.Configuration;
            Console.Out.WriteLine($"The configuration is valid: {configuration.Pools.Length} pool(s), {configuration.Routes.Count} route(s), {configuration.Clusters.Count} cluster(s).");
            return ExitCode.Success;
        });
        return command;
    }
}
