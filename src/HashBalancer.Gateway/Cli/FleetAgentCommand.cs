using System.CommandLine;
using System.Globalization;
using HashBalancer.Agent;
using HashBalancer.Consul;
using HashBalancer.Gateway.Configuration;
using HashBalancer.Gateway.Hosting;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>agent --fleet</c>: manages one node of a shared fleet.</summary>
internal sealed class FleetAgentCommand
{
    private readonly Option<bool> _fleet = new("--fleet") { Description = "Manage this machine as a node of a shared fleet: run what the leader of the gateways leases it for. What can be run stands in --config, section HashBalancer:FleetAgent." };
    private readonly Option<string?> _node = new("--node") { Description = "With --fleet: the node's id. Its lease follows it." };
    private readonly Option<string[]> _files = new("--config") { Description = "With --fleet: a configuration file; may be repeated, later files win. The environment wins over files, options over both.", HelpName = "file", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string[]> _capacity = new("--capacity") { Description = "With --fleet: what the node has of a resource, such as cpu=4; may be repeated.", HelpName = "resource=amount" };
    private readonly Option<string[]> _labels = new("--label") { Description = "With --fleet: what pools' filters look at, such as disk=ssd; may be repeated.", HelpName = "name=value" };
    private readonly Option<bool> _untilStdinCloses = RunCommand.UntilStdinCloses();

    public void AddTo(Command command)
    {
        command.Options.Add(_fleet);
        command.Options.Add(_node);
        command.Options.Add(_files);
        command.Options.Add(_capacity);
        command.Options.Add(_labels);
        command.Options.Add(_untilStdinCloses);
    }

    /// <summary>Whether the command line asks for it.</summary>
    public bool IsAsked(ParseResult arguments) => arguments.GetValue(_fleet);

    /// <param name="arguments">The command line.</param>
    /// <param name="registry">The Consul agent; null: as configured.</param>
    /// <param name="tokenFile">The file of its token; null: as configured.</param>
    /// <param name="zone">The node's zone; null: as configured.</param>
    /// <param name="ttl">Seconds of silence after which the node counts as lost; null: as configured.</param>
    /// <param name="interrupted">Ends it.</param>
    public async Task<int> RunAsync(ParseResult arguments, string? registry, string? tokenFile, string? zone, double? ttl, CancellationToken interrupted)
    {
        (FleetAgentOptions? options, List<ConfigurationError> errors) = Read(arguments);
        if (options is null)
            return FaultReport.Print(errors);
        options.Node = arguments.GetValue(_node) ?? options.Node;
        options.Zone = zone ?? options.Zone;
        options.Consul.Address = registry ?? options.Consul.Address;
        options.Consul.TokenFile = tokenFile ?? options.Consul.TokenFile;
        if (ttl is { } seconds)
            options.Ttl = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 1e6));
        ConsulEnvironment.Apply(options.Consul, Environment.GetEnvironmentVariable);
        options.Consul.Address ??= "http://127.0.0.1:8500";
        foreach ((string name, string value) in Pairs(arguments.GetValue(_labels), "--label", errors))
            options.Labels[name] = value;
        foreach ((string name, string value) in Pairs(arguments.GetValue(_capacity), "--capacity", errors))
        {
            if (double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double amount))
                options.Capacity[name] = amount;
            else
                errors.Add(new("--capacity", $"is '{name}={value}', but must be RESOURCE=NUMBER."));
        }

        errors.AddRange(options.Validate().Select(fault => ConfigurationError.Parse(fault)).Select(fault => fault.Key == $"{FleetAgentOptions.Section}:Node" ? fault with { Key = "--node" } : fault));
        if (errors.Count > 0)
            return FaultReport.Print(errors);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        if (arguments.GetValue(_untilStdinCloses))
            StandardInput.CancelAtEnd(stop);
        using ILoggerFactory loggers = GatewayLogging.CreateFactory(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        await new FleetAgent(options, loggers.CreateLogger<FleetAgent>()).RunAsync(stop.Token);
        return ExitCode.Success;
    }

    private (FleetAgentOptions? Options, List<ConfigurationError> Errors) Read(ParseResult arguments)
    {
        List<ConfigurationError> errors = [];
        (IConfigurationRoot? root, IReadOnlyList<ConfigurationError> unreadable) = new ConfigurationSource([.. (arguments.GetValue(_files) ?? []).Select(Path.GetFullPath)], MustExist: true, IsDemo: false, []).Read();
        if (root is null)
            return (null, [.. unreadable]);
        IConfigurationSection section = root.GetSection(FleetAgentOptions.Section);
        KeyWalker.Check(section, typeof(FleetAgentOptions), errors);
        if (errors.Count > 0)
            return (null, errors);
        var options = new FleetAgentOptions();
        section.Bind(options);
        return (options, errors);
    }

    private static List<(string Name, string Value)> Pairs(string[]? texts, string option, List<ConfigurationError> errors)
    {
        List<(string, string)> pairs = [];
        foreach (string text in texts ?? [])
        {
            if (text.Split('=', 2) is [{ Length: > 0 } name, var value])
                pairs.Add((name, value));
            else
                errors.Add(new(option, $"is '{text}', but must be NAME=VALUE."));
        }

        return pairs;
    }
}
