using System.CommandLine;
using HashBalancer.LoadTests.Cli;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace HashBalancer.LoadTests.Nodes;

/// <summary><c>node</c>: one node of a run's own fleet, as a process of its own. Runs start it; people need not.</summary>
internal static class NodeCommand
{
    public const string Name = "node";

    public static Command Create(TimeProvider time, TextWriter output)
    {
        var id = new Option<string>("--id") { Required = true };
        var service = new Option<string>("--service") { Required = true };
        var registry = new Option<string>("--registry") { Required = true };
        var port = new Option<int>("--port");
        var advertise = new Option<int>("--advertise");
        var slots = new Option<int>("--slots");
        var hit = new Option<double>("--hit");
        var miss = new Option<double>("--miss");
        var cache = new Option<int>("--cache") { DefaultValueFactory = _ => NodeWork.None.Cache };
        var ttl = new Option<double>("--ttl") { DefaultValueFactory = _ => 3 };
        var command = new Command(Name, "Run one node that registers itself, until standard input ends")
        {
            id, service, registry, port, advertise, slots, hit, miss, cache, ttl,
        };
        command.Hidden = true;
        command.SetAction(async (parsed, interrupted) =>
        {
            var work = new NodeWork(
                parsed.GetValue(slots), TimeSpan.FromMilliseconds(parsed.GetValue(hit)), TimeSpan.FromMilliseconds(parsed.GetValue(miss)), parsed.GetValue(cache));
            var options = new NodeOptions(
                parsed.GetValue(id)!, parsed.GetValue(service)!, parsed.GetValue(registry)!, parsed.GetValue(port), parsed.GetValue(advertise), work,
                TimeSpan.FromSeconds(parsed.GetValue(ttl)));
            await Run(options, time, output, interrupted);
            return ExitCodes.Passed;
        });
        return command;
    }

    /// <summary>The arguments that start such a node.</summary>
    public static IEnumerable<string> Arguments(NodeOptions options) =>
    [
        Name, "--id", options.Id, "--service", options.Service, "--registry", options.Registry, "--port", Number(options.Port),
        "--advertise", Number(options.AdvertisedPort), "--slots", Number(options.Work.Slots), "--hit", Number(options.Work.Hit.TotalMilliseconds),
        "--miss", Number(options.Work.Miss.TotalMilliseconds), "--cache", Number(options.Work.Cache), "--ttl", Number(options.Ttl.TotalSeconds),
    ];

    private static string Number(IFormattable number) => number.ToString(format: null, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task Run(NodeOptions options, TimeProvider time, TextWriter output, CancellationToken interrupted)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        _ = CancelAtEndOfInput(stop);
        using var node = new NodeService(options, time);
        await using WebApplication app = node.Build();
        await app.StartAsync(stop.Token);
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        await output.WriteLineAsync($"{Name} {address}");
        await app.WaitForShutdownAsync(stop.Token);
    }

    private static Task CancelAtEndOfInput(CancellationTokenSource stop) => Task.Run(
        async () =>
        {
            byte[] ignored = new byte[64];
            await using Stream input = Console.OpenStandardInput();
            while (await input.ReadAsync(ignored) > 0)
            {
                // What is written there means nothing; its end does.
            }

            await stop.CancelAsync();
        },
        CancellationToken.None);
}
