using System.CommandLine;
using System.Globalization;
using HashBalancer.Comparison.Cli;
using HashBalancer.Comparison.Hosts;
using HashBalancer.Comparison.Validity.Hosts;
using HashBalancer.LoadTests.Cli;
using HashBalancer.LoadTests.Targets;

// The stock proxy runs as a user's would; client and backends are tuned to leave the core they share to as many requests as they can.
if (args is [StockYarpHost.RoleName or StockYarpHost.LoggingRoleName, string header, string certificate, .. string[] nodes])
    return await StockYarpHost.Run(isLogging: args[0] == StockYarpHost.LoggingRoleName, header, certificate, nodes);

SocketTuning.Apply();
if (args is [BackendHost.RoleName, string count])
    return await BackendHost.Run(int.Parse(count, CultureInfo.InvariantCulture));
if (args is [ReferenceHost.RoleName])
    return await ReferenceHost.Run();

if (!OperatingSystem.IsLinux())
{
    Console.Error.WriteLine("The comparison pins processes to cores and reads /proc: it runs on Linux alone.");
    return ExitCodes.Usage;
}

ParseResult parsed = ComparisonCommand.Create(TimeProvider.System, Console.Out, Console.Error).Parse(args);
return await ExitCodes.Invoke(parsed);
