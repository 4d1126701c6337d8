using HashBalancer.LoadTests.Cli;
using HashBalancer.Simulation.Cli;

return await ExitCodes.Invoke(SimulationCommand.Create(Console.Out, Console.Error).Parse(args));
