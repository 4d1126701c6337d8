using System.CommandLine;
using System.CommandLine.Parsing;
using HashBalancer.Agent;
using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>agent</c>: runs a process in any language as a registered instance.</summary>
internal static class AgentCommand
{
    private const string DefaultRegistry = "http://127.0.0.1:8500";
    private const string CheckForms = "ttl, tcp, or http:PATH such as http:/health";

    public static Command Create()
    {
        var service = new Option<string>("--service") { Description = "The service that the process is an instance of; required." };
        var port = new Option<int>("--port") { Description = "The port that the process listens on; it finds it in PORT; required." };
        var id = new Option<string?>("--id") { Description = "The ServiceID; by default service, host name and port. Keys follow it." };
        var registry = new Option<string>("--registry") { Description = "The Consul agent.", DefaultValueFactory = _ => DefaultRegistry };
        var tokenFile = new Option<string?>("--token-file") { Description = "A file that holds the ACL token." };
        var check = new Option<string>("--check") { Description = $"How the registry learns that it lives: {CheckForms}.", DefaultValueFactory = _ => "ttl" };
        var interval = new Option<double?>("--interval") { Description = "Seconds between two checks, or the TTL." };
        var tags = new Option<string[]>("--tag") { Description = "A tag; may be repeated." };
        var zone = new Option<string?>("--zone") { Description = "The zone it stands in." };
        var weight = new Option<int>("--weight") { Description = "Its relative share of the keys.", DefaultValueFactory = _ => 1 };
        var process = new Argument<string[]>("command") { Description = "The program and its arguments, behind --.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("agent", "Run a program in any language as an instance: start it, register it, report its load, drain it before it stops.")
        {
            service, port, id, registry, tokenFile, check, interval, tags, zone, weight, process,
        };
        var fleet = new FleetAgentCommand();
        fleet.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.Children.Any(child => child is OptionResult { Option.Name: "--fleet", Implicit: false }))
                return;
            foreach (Option option in (Option[])[service, port])
            {
                if (result.GetResult(option) is null or { Implicit: true })
                    result.AddError($"Option '{option.Name}' is required.");
            }

            if (result.GetValue(process) is null or [])
                result.AddError("Required argument missing for command: 'agent'.");
        });
        command.SetAction(async (arguments, stop) =>
        {
            if (fleet.IsAsked(arguments))
            {
                bool isDefault = arguments.GetResult(registry) is null or { Implicit: true };
                return await fleet.RunAsync(arguments, isDefault ? null : arguments.GetValue(registry), arguments.GetValue(tokenFile), arguments.GetValue(zone), arguments.GetValue(interval), stop);
            }

            string[] line = arguments.GetValue(process)!;
            var options = new ProcessAgentOptions
            {
                Command = line[0],
                Arguments = [.. line[1..]],
                Agent = new AgentOptions
                {
                    Service = arguments.GetValue(service)!,
                    Port = arguments.GetValue(port),
                    Id = arguments.GetValue(id),
                    Tags = [.. arguments.GetValue(tags) ?? []],
                    Zone = arguments.GetValue(zone),
                    Weight = arguments.GetValue(weight),
                },
            };
            options.Agent.Consul.Address = arguments.GetValue(registry);
            options.Agent.Consul.TokenFile = arguments.GetValue(tokenFile);
            return TrySetCheck(options.Agent.Check, arguments.GetValue(check)!, arguments.GetValue(interval))
                ? await RunAsync(options, stop)
                : FaultReport.Print([new("--check", $"is '{arguments.GetValue(check)}', but must be {CheckForms}.")]);
        });
        return command;
    }

    private static bool TrySetCheck(CheckOptions check, string form, double? interval)
    {
        TimeSpan? every = interval is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        switch (form.Split(':', 2))
        {
            case ["ttl"]:
                check.Kind = CheckKind.Ttl;
                check.Ttl = every ?? check.Ttl;
                return true;
            case ["tcp"]:
                check.Kind = CheckKind.Tcp;
                check.Interval = every ?? check.Interval;
                return true;
            case ["http", ['/', ..] path]:
                check.Kind = CheckKind.Http;
                check.Path = path;
                check.Interval = every ?? check.Interval;
                return true;
            default:
                return false;
        }
    }

    private static async Task<int> RunAsync(ProcessAgentOptions options, CancellationToken stop)
    {
        if (options.Validate() is { Count: > 0 } faults)
            return FaultReport.Print([.. faults.Select(fault => AgentFaults.ByOption(fault))]);
        using ILoggerFactory loggers = GatewayLogging.CreateFactory(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        try
        {
            return await new ProcessAgent(options, loggers.CreateLogger<ProcessAgent>()).RunAsync(stop);
        }
        catch (CommandNotStartedException error)
        {
            // As a shell answers: 127 for a program that is not there, 126 for one that cannot be run.
            await Console.Error.WriteLineAsync($"hashbalancer: {error.Message}");
            return error.ExitCode;
        }
    }
}
