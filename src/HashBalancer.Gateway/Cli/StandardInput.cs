namespace HashBalancer.Gateway.Cli;

/// <summary>Ends a command when whoever started it is gone.</summary>
internal static class StandardInput
{
    /// <summary>Cancels when standard input ends: the other end of a pipe closes when its process ends, however that happens.</summary>
    public static void CancelAtEnd(CancellationTokenSource cancel) =>
        _ = Task.Run(async () =>
        {
            byte[] ignored = new byte[256];
            using Stream input = Console.OpenStandardInput();
            while (await input.ReadAsync(ignored) > 0)
            {
                // What is written there means nothing; its end does.
            }

            await cancel.CancelAsync();
        });
}
