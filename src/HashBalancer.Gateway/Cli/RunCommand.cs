using System.CommandLine;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Gateway.Demo;
using HashBalancer.Gateway.Demo.Fleet;
using HashBalancer.Gateway.Hosting;
using HashBalancer.Gateway.Lifecycle;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>run</c> and <c>demo</c>: the gateway, alone or with sample nodes.</summary>
internal static class RunCommand
{
    private const int MaximumNodes = 100;
    private const int FleetNodes = 8;

    /// <summary>Makes <paramref name="command"/> run the gateway.</summary>
    public static void Configure(Command command)
    {
        var configuration = new ConfigurationArguments();
        configuration.AddTo(command);
        Option<bool> untilStdinCloses = UntilStdinCloses();
        command.Options.Add(untilStdinCloses);
        var takesOver = new Option<bool>("--take-over") { Description = "Take the listening sockets of the gateway that runs and hands over at HashBalancer:Proxy:HandoverSocket; it stops when this one serves." };
        command.Options.Add(takesOver);
        command.SetAction((arguments, stop) => RunAsync(arguments, configuration, nodes: null, fleet: null, arguments.GetValue(untilStdinCloses), arguments.GetValue(takesOver), stop));
    }

    /// <summary>The <c>demo</c> command.</summary>
    public static Command Demo()
    {
        var command = new Command("demo", "Run the gateway before sample services that register themselves, with nothing to install or configure.");
        var configuration = new ConfigurationArguments();
        configuration.AddTo(command);
        var nodes = new Option<int>("--nodes") { Description = $"How many sample nodes, 1 to {MaximumNodes}.", DefaultValueFactory = _ => 3, HelpName = "n" };
        nodes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaximumNodes)
                result.AddError($"--nodes: is {result.GetValueOrDefault<int>()}, but must be 1 to {MaximumNodes}.");
        });
        command.Options.Add(nodes);
        Option<bool> untilStdinCloses = UntilStdinCloses();
        command.Options.Add(untilStdinCloses);
        var fleet = new Option<bool>("--fleet") { Description = "Run a fleet of nodes that serve three pools as their load asks, 8 nodes by default; a second gateway; and clients whose load moves from one pool to another." };
        command.Options.Add(fleet);
        var shift = new Option<double>("--shift-after") { Description = "With --fleet: seconds for which the load stays once the nodes have followed it, 1 to 3600.", DefaultValueFactory = _ => 30, HelpName = "seconds" };
        shift.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 1 and <= 3600))
                result.AddError($"--shift-after: is {result.GetValueOrDefault<double>()}, but must be 1 to 3600.");
        });
        command.Options.Add(shift);
        var shifts = new Option<int>("--shifts") { Description = "With --fleet: how often the load moves, 0 to 2147483646; by default, on and on.", DefaultValueFactory = _ => int.MaxValue - 1, HelpName = "count" };
        shifts.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or int.MaxValue)
                result.AddError($"--shifts: is {result.GetValueOrDefault<int>()}, but must be 0 to 2147483646.");
        });
        command.Options.Add(shifts);
        command.SetAction((arguments, stop) =>
        {
            bool isFleet = arguments.GetValue(fleet);
            int count = isFleet && arguments.GetResult(nodes) is not { Implicit: false } ? FleetNodes : arguments.GetValue(nodes);
            FleetDemoOptions? asked = isFleet ? new FleetDemoOptions(count, TimeSpan.FromSeconds(arguments.GetValue(shift)), arguments.GetValue(shifts)) : null;
            return RunAsync(arguments, configuration, count, asked, arguments.GetValue(untilStdinCloses), takesOver: false, stop);
        });
        return command;
    }

    /// <summary>The option that ties a process to the one that started it.</summary>
    public static Option<bool> UntilStdinCloses() =>
        new("--until-stdin-closes") { Description = "End, too, when standard input ends: for programs that start this one." };

    private static async Task<int> RunAsync(ParseResult arguments, ConfigurationArguments source, int? nodes, FleetDemoOptions? fleet, bool untilStdinCloses, bool takesOver, CancellationToken interrupted)
    {
        try
        {
            return await TryRunAsync(arguments, source, nodes, fleet, untilStdinCloses, takesOver, interrupted);
        }
        catch (IOException error)
        {
            // A port or a socket that somebody else took at the last moment, or a predecessor that does not hand over.
            await Console.Error.WriteLineAsync($"hashbalancer: {error.Message}");
            return ExitCode.Failure;
        }
    }

    private static async Task<int> TryRunAsync(ParseResult arguments, ConfigurationArguments source, int? nodes, FleetDemoOptions? fleet, bool untilStdinCloses, bool takesOver, CancellationToken interrupted)
    {
        (LoadedConfiguration? loaded, IReadOnlyList<ConfigurationError> errors) = await source.LoadAsync(arguments, demo: nodes is not null, fleet: fleet is not null);
        if (loaded is null)
            return FaultReport.Print(errors);
        IoModes.Apply(loaded.Configuration.Io);
        StopConfiguration stopping = loaded.Configuration.Proxy.Stopping;
        if (takesOver && stopping.HandoverSocket is null)
            return FaultReport.Print([new("--take-over", "needs HashBalancer:Proxy:HandoverSocket, the socket by which the gateway that runs hands over.")]);
        using Succession succession = Succession.Begin(takesOver ? stopping.HandoverSocket : null);
        errors = PortProbe.Check(loaded.Configuration.Listeners(), succession.Sockets);
        if (errors.Count > 0)
            return FaultReport.Print(errors);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        if (untilStdinCloses)
            StandardInput.CancelAtEnd(stop);
        await using GatewayServer gateway = await GatewayServer.StartAsync(loaded, stop.Token, succession.Sockets);
        // Before anybody is told that this process serves: whoever is may tell it to stop at once.
        Task told = Cancellation.Of(stop.Token);
        await using Handover? handover = succession.Complete(stopping.HandoverSocket, gateway.Loggers);
        bool succeeded = true;
        if (nodes is null)
        {
            PrintAddresses(gateway);
            await (handover is null ? told : Task.WhenAny(told, handover.HandedOver));
        }
        else if (fleet is not null)
        {
            succeeded = await FleetDemo.RunAsync(gateway, loaded, fleet, () => PrintAddresses(gateway), stop.Token);
        }
        else
        {
            succeeded = await DemoRunner.RunAsync(gateway, nodes.Value, () => PrintAddresses(gateway), stop.Token);
        }

        bool isReplaced = handover?.HandedOver.IsCompleted == true;
        if (!isReplaced)
            succession.Stopping();
        await gateway.StopAsync(isReplaced);
        return succeeded ? ExitCode.Success : ExitCode.Failure;
    }

    private static void PrintAddresses(GatewayServer gateway)
    {
        Console.Out.WriteLine($"proxy     {Origin(gateway.ProxyAddress)}");
        if (gateway.Http2Address is { } http2)
            Console.Out.WriteLine($"http2     {Origin(http2)}");
        if (gateway.TlsAddress is { } tls)
            Console.Out.WriteLine($"tls       {Origin(tls)}");
        Console.Out.WriteLine($"admin     {Origin(gateway.AdminAddress)}");
        Console.Out.WriteLine($"registry  {gateway.RegistryAddress}{(gateway.IsRegistryEmbedded ? " (embedded: for one machine; name a Consul agent with HashBalancer:Consul:Address for more)" : "")}");
    }

    private static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
