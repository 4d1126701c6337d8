using HashBalancer.Gateway.Cli;

return await CommandLine.RunAsync(args);
