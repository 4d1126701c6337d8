namespace HashBalancer.Gateway.Cli;

/// <summary>What the program's exit codes mean.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The question was understood and the answer is no, or the work failed.</summary>
    public const int Failure = 1;

    /// <summary>The command line or the configuration is at fault; nothing was started.</summary>
    public const int Usage = 2;
}
