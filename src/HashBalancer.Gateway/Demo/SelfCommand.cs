using System.Diagnostics;
using System.Reflection;

namespace HashBalancer.Gateway.Demo;

/// <summary>How to start this very program again.</summary>
internal static class SelfCommand
{
    public static ProcessStartInfo WithArguments(IEnumerable<string> arguments)
    {
        (string file, string[] prefix) = Parts();
        return new ProcessStartInfo(file, [.. prefix, .. arguments]) { UseShellExecute = false };
    }

    /// <summary>The same as one line for a shell.</summary>
    public static string Line(IEnumerable<string> arguments)
    {
        (string file, string[] prefix) = Parts();
        return string.Join(' ', [file, .. prefix, .. arguments]);
    }

    // Under "dotnet X.dll" the process is dotnet itself, which needs the assembly's path first.
    private static (string File, string[] Prefix) Parts()
    {
        string process = Environment.ProcessPath ?? "hashbalancer";
        return Path.GetFileNameWithoutExtension(process).Equals("dotnet", StringComparison.OrdinalIgnoreCase)
            ? (process, [Assembly.GetExecutingAssembly().Location])
            : (process, []);
    }
}
