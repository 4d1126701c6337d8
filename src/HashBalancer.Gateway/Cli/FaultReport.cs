using System.Globalization;
using HashBalancer.Gateway.Configuration;

namespace HashBalancer.Gateway.Cli;

/// <summary>Prints faults on standard error, one a line.</summary>
internal static class FaultReport
{
    public static int Print(IReadOnlyList<ConfigurationError> errors)
    {
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"hashbalancer: {errors.Count} fault{(errors.Count == 1 ? "" : "s")}; nothing was started."));
        foreach (ConfigurationError error in errors)
            Console.Error.WriteLine($"  {error}");
        return ExitCode.Usage;
    }
}
