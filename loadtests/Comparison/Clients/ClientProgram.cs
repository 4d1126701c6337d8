using System.Diagnostics;
using HashBalancer.Comparison.Peers;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.Comparison.Clients;

/// <summary>A load generator that is a program of its own.</summary>
internal static class ClientProgram
{
    /// <summary>Runs it to its end; what it wrote to standard output. Killed when canceled.</summary>
    /// <exception cref="TargetException">It ended with another code than 0.</exception>
    public static async Task<string> Run(string name, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var info = new ProcessStartInfo(Programs.Find(name)!) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
            info.ArgumentList.Add(argument);
        using var process = new Process { StartInfo = info };
        process.Start();
        Task<string> errors = process.StandardError.ReadToEndAsync(cancellation);
        try
        {
            string text = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0 ? text : throw new TargetException($"{name} ended with {process.ExitCode}: {await errors}{text}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
