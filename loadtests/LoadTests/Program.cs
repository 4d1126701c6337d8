using System.CommandLine;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Nodes;
using HashBalancer.LoadTests.Targets;

// A node serves as a team's service would, untuned.
if (args is not [NodeCommand.Name, ..])
    SocketTuning.Apply();
ParseResult parsed = Commands.Create(TimeProvider.System, Console.Out, Console.Error).Parse(args);
return await ExitCodes.Invoke(parsed);
