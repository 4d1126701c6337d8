namespace HashBalancer.Gateway.Cli;

/// <summary>Waits for a command to be told to stop.</summary>
internal static class Cancellation
{
    /// <summary>Ends, without an exception, when the token is cancelled.</summary>
    public static Task Of(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(cancelled.SetResult);
        return cancelled.Task;
    }
}
