using System.CommandLine;
using HashBalancer.Agent;
using HashBalancer.Gateway.Demo;
using HashBalancer.Gateway.Demo.Sample;
using HashBalancer.Gateway.Hosting;
using Microsoft.Extensions.Options;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>sample</c>: one of the demo's nodes, alone.</summary>
internal static class SampleCommand
{
    public static Command Create()
    {
        var id = new Option<string>("--id") { Description = "Its ServiceID.", Required = true };
        var service = new Option<string>("--service") { Description = "The Consul service it is an instance of.", DefaultValueFactory = _ => DemoConfiguration.Service };
        var registry = new Option<string>("--registry") { Description = "The registry's address.", DefaultValueFactory = _ => "http://127.0.0.1:8500" };
        var listen = new Option<string>("--listen") { Description = ListenAddress.Allowed + ".", DefaultValueFactory = _ => "127.0.0.1:0" };
        var cache = new Option<int>("--cache") { Description = "How many keys it holds, at least 1.", DefaultValueFactory = _ => 10_000 };
        var ttl = new Option<double>("--ttl") { Description = "Seconds without a heartbeat until the registry calls it critical.", DefaultValueFactory = _ => 3 };
        Option<bool> untilStdinCloses = RunCommand.UntilStdinCloses();
        var command = new Command("sample", "Run one of the demo's sample nodes: a small web service with a cache that registers itself.")
        {
            id, service, registry, listen, cache, ttl, untilStdinCloses,
        };
        command.SetAction(async (arguments, interrupted) =>
        {
            if (!ListenAddress.TryParse(arguments.GetValue(listen), out ListenAddress address))
                return FaultReport.Print([new("--listen", $"is '{arguments.GetValue(listen)}', but must be {ListenAddress.Allowed}.")]);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
            if (arguments.GetValue(untilStdinCloses))
                StandardInput.CancelAtEnd(stop);
            if (arguments.GetValue(cache) < 1)
                return FaultReport.Print([new("--cache", $"is {arguments.GetValue(cache)}, but must be at least 1.")]);
            var options = new SampleOptions(
                arguments.GetValue(id)!, arguments.GetValue(service)!, arguments.GetValue(registry)!, address,
                arguments.GetValue(cache), TimeSpan.FromSeconds(arguments.GetValue(ttl)));
            return await RunAsync(options, stop.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(SampleOptions options, CancellationToken stop)
    {
        await using WebApplication app = SampleService.Build(options);
        try
        {
            // Before the host does: it would log the fault as well.
            _ = app.Services.GetRequiredService<IOptions<AgentOptions>>().Value;
        }
        catch (OptionsValidationException error)
        {
            return FaultReport.Print([.. error.Failures.Select(failure => AgentFaults.ByOption(failure, "--ttl"))]);
        }

        await app.StartAsync(stop);
        Console.Out.WriteLine($"{options.Id} {BoundAddress.Of(app).GetLeftPart(UriPartial.Authority)}");
        await app.WaitForShutdownAsync(stop);
        return ExitCode.Success;
    }
}
