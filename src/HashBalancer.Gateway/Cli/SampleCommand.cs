using System.CommandLine;
using HashBalancer.Agent;
using HashBalancer.Gateway.Configuration;
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
        var slots = new Option<int>("--slots") { Description = "How many requests it serves at once; 0: each at once and without work.", DefaultValueFactory = _ => 0 };
        var hit = new Option<double>("--hit") { Description = "With --slots: milliseconds that a request takes whose key is in the cache.", DefaultValueFactory = _ => 4 };
        var miss = new Option<double>("--miss") { Description = "With --slots: milliseconds for another one.", DefaultValueFactory = _ => 20 };
        var unregistered = new Option<bool>("--unregistered") { Description = "Do not register: whoever started it does." };
        Option<bool> untilStdinCloses = RunCommand.UntilStdinCloses();
        var command = new Command("sample", "Run one of the demo's sample nodes: a small web service with a cache that registers itself.")
        {
            id, service, registry, listen, cache, slots, hit, miss, ttl, unregistered, untilStdinCloses,
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
            if (WorkOf(arguments.GetValue(slots), arguments.GetValue(hit), arguments.GetValue(miss), out SampleWork? work) is { } fault)
                return FaultReport.Print([fault]);
            var options = new SampleOptions(
                arguments.GetValue(id)!, arguments.GetValue(service)!, arguments.GetValue(registry)!, address,
                arguments.GetValue(cache), work, TimeSpan.FromSeconds(arguments.GetValue(ttl)), !arguments.GetValue(unregistered));
            return await RunAsync(options, stop.Token);
        });
        return command;
    }

    private static ConfigurationError? WorkOf(int slots, double hit, double miss, out SampleWork? work)
    {
        work = null;
        if (slots is < 0 or > 10_000)
            return new("--slots", $"is {slots}, but must be 0 to 10000.");
        foreach ((string option, double milliseconds) in (ReadOnlySpan<(string, double)>)[("--hit", hit), ("--miss", miss)])
        {
            if (milliseconds is not (>= 0 and <= 60_000))
                return new(option, $"is {milliseconds}, but must be 0 to 60000.");
        }

        if (slots > 0)
            work = new SampleWork(slots, TimeSpan.FromMilliseconds(hit), TimeSpan.FromMilliseconds(miss));
        return null;
    }

    private static async Task<int> RunAsync(SampleOptions options, CancellationToken stop)
    {
        await using WebApplication app = SampleService.Build(options);
        try
        {
            // Before the host does: it would log the fault as well.
            if (options.Registers)
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
