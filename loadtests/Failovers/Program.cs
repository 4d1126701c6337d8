using HashBalancer.Failovers.Cli;
using HashBalancer.LoadTests.Cli;

return await ExitCodes.Invoke(FailoversCommand.Create(TimeProvider.System, Console.Out, Console.Error).Parse(args));
