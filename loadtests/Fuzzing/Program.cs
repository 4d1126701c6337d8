using System.CommandLine;
using HashBalancer.Fuzzing.Cli;
using HashBalancer.LoadTests.Cli;

ParseResult parsed = FuzzingCommand.Create(TimeProvider.System, Console.Out, Console.Error).Parse(args);
return await ExitCodes.Invoke(parsed);
