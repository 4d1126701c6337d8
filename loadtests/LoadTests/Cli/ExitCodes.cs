using System.CommandLine;
using HashBalancer.LoadTests.Targets;

namespace HashBalancer.LoadTests.Cli;

/// <summary>What the process answers to its caller.</summary>
internal static class ExitCodes
{
    public const int Passed = 0;

    /// <summary>A threshold is broken, or the target could not be tested.</summary>
    public const int Broken = 1;

    /// <summary>The command line or a scenario file is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Ended by Ctrl-C or SIGTERM before there was an answer.</summary>
    public const int Interrupted = 130;

    // After Ctrl-C or SIGTERM; each child process is given ten seconds to end.
    private static readonly TimeSpan CleaningUp = TimeSpan.FromSeconds(30);

    /// <summary>Runs the parsed command; a command line that cannot be parsed is a usage error.</summary>
    public static async Task<int> Invoke(ParseResult parsed)
    {
        int exitCode = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = CleaningUp });
        return parsed.Errors.Count > 0 ? Usage : exitCode;
    }

    /// <summary>Turns the errors that a user can cause into one message and an exit code.</summary>
    public static async Task<int> Guard(TextWriter error, Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (UsageException e)
        {
            await error.WriteLineAsync(e.Message);
            return Usage;
        }
        catch (TargetException e)
        {
            await error.WriteLineAsync(e.Message);
            return Broken;
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("interrupted");
            return Interrupted;
        }
    }
}
