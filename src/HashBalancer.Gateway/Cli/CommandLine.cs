using System.CommandLine;
using System.CommandLine.Parsing;
using HashBalancer.Gateway.Configuration;

namespace HashBalancer.Gateway.Cli;

/// <summary>The program's commands.</summary>
internal static class CommandLine
{
    // Requests in flight may finish; what is configured for that is the tighter limit.
    private static readonly TimeSpan TerminationLimit = StopConfiguration.Longest + TimeSpan.FromMinutes(1);

    public static async Task<int> RunAsync(string[] arguments)
    {
        ParseResult parsed = Root().Parse(CompletionCommand.Adapt(arguments));
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError error in parsed.Errors)
                await Console.Error.WriteLineAsync($"hashbalancer: {error.Message}");
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TerminationLimit });
    }

    /// <summary>All commands with their options.</summary>
    internal static RootCommand Root()
    {
        var root = new RootCommand("A consistent-hashing, load-balancing reverse proxy for services that register themselves in Consul.");
        RunCommand.Configure(root);
        var run = new Command("run", "Run the gateway (the default command).");
        RunCommand.Configure(run);
        root.Subcommands.Add(run);
        root.Subcommands.Add(RunCommand.Demo());
        root.Subcommands.Add(ValidateCommand.Create());
        root.Subcommands.Add(SchemaCommand.Create());
        root.Subcommands.Add(ReadyCommand.Create());
        root.Subcommands.Add(PoolsCommand.Create());
        root.Subcommands.Add(NodesCommand.Create());
        root.Subcommands.Add(KeysCommand.Create());
        root.Subcommands.Add(RingCommand.Create());
        root.Subcommands.Add(RebalanceCommand.Create());
        root.Subcommands.Add(TopCommand.Create());
        root.Subcommands.Add(AllocateCommand.Create());
        root.Subcommands.Add(RegistryCommand.Create());
        root.Subcommands.Add(AgentCommand.Create());
        root.Subcommands.Add(SampleCommand.Create());
        root.Subcommands.Add(CompletionCommand.Create());
        InterruptibleAction.Wrap(root);
        return root;
    }
}
