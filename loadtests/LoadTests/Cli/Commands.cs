using System.CommandLine;
using HashBalancer.LoadTests.Nodes;

namespace HashBalancer.LoadTests.Cli;

/// <summary>The command line.</summary>
internal static class Commands
{
    public static RootCommand Create(TimeProvider time, TextWriter output, TextWriter error) =>
        new("Load tests of HashBalancer: open-loop load, affinity and balance, thresholds")
    {
        RunCommand.Create(time, output, error), ListCommand.Create(output), CompareCommand.Create(output, error), NodeCommand.Create(time, output),
    };
}
