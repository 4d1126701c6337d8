using System.CommandLine;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Targets;

SocketTuning.Apply();
ParseResult parsed = Commands.Create(TimeProvider.System, Console.Out, Console.Error).Parse(args);
return await ExitCodes.Invoke(parsed);
