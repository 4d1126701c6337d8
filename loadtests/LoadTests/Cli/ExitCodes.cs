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
