using System.CommandLine;
using HashBalancer.Gateway.Configuration.Schema;

namespace HashBalancer.Gateway.Cli;

/// <summary><c>schema</c>: prints the JSON schema of configuration files.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema", "Print the JSON schema of configuration files, by which editors complete and check them.");
        command.SetAction(_ => Console.Out.Write(ConfigurationSchema.Write()));
        return command;
    }
}
