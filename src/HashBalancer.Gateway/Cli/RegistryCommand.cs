using System.CommandLine;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Registry;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>registry</c>: the embedded registry, alone.</summary>
internal static class RegistryCommand
{
    public static Command Create()
    {
        var listen = new Option<string>("--listen") { Description = ListenAddress.Allowed + ".", DefaultValueFactory = _ => "127.0.0.1:8500" };
        var tokenFile = new Option<string?>("--token-file") { Description = "A file whose first line is the token that callers need; without it everybody may do everything." };
        var snapshot = new Option<string?>("--snapshot") { Description = "The file that a restart takes services and keys from; without it a restart begins empty." };
        Option<bool> untilStdinCloses = RunCommand.UntilStdinCloses();
        var command = new Command("registry", "Run the embedded registry alone: Consul's HTTP API for one machine.")
        {
            listen, tokenFile, snapshot, untilStdinCloses,
        };
        command.SetAction(async (arguments, interrupted) =>
        {
            if (!ListenAddress.TryParse(arguments.GetValue(listen), out ListenAddress address))
                return FaultReport.Print([new("--listen", $"is '{arguments.GetValue(listen)}', but must be {ListenAddress.Allowed}.")]);
            RegistryOptions options = new RegistrySettings { TokenFile = arguments.GetValue(tokenFile), SnapshotFile = arguments.GetValue(snapshot) }.ToRegistryOptions(address);
            IReadOnlyList<ConfigurationError> errors = [.. options.Validate().Select(ConfigurationError.Parse), .. PortProbe.Check([("--listen", address)])];
            if (errors.Count > 0)
                return FaultReport.Print(errors);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
            if (arguments.GetValue(untilStdinCloses))
                StandardInput.CancelAtEnd(stop);
            return await RunAsync(options, stop.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(RegistryOptions options, CancellationToken stop)
    {
        using ILoggerFactory loggers = GatewayLogging.CreateFactory(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        await using var registry = new RegistryServer(options, TimeProvider.System, loggers);
        await registry.StartAsync(stop);
        Console.Out.WriteLine($"registry  {registry.Address.GetLeftPart(UriPartial.Authority)}");
        await Cancellation.Of(stop);
        await registry.StopAsync(CancellationToken.None);
        return ExitCode.Success;
    }
}
