namespace HashBalancer.Gateway.Hosting;

/// <summary>Follows changes of files that somebody else writes.</summary>
/// <remarks>Contents are compared once a second. Notifications of the file system miss files behind links that are swapped, as
/// Kubernetes mounts them, and come in the middle of a write.</remarks>
internal static class SettledChanges
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Calls back after every change, once two looks in a row were alike: nobody is in the middle of writing.</summary>
    /// <param name="fingerprint">Tells one content from another.</param>
    /// <param name="changed">Told once per content; what it throws ends the following.</param>
    /// <param name="time">Paces the looks.</param>
    /// <param name="stop">Ends the following, by <see cref="OperationCanceledException"/>.</param>
    public static async Task FollowAsync(Func<string> fingerprint, Func<Task> changed, TimeProvider time, CancellationToken stop)
    {
        string told = fingerprint();
        string before = told;
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stop))
        {
            string now = fingerprint();
            if (now == before && now != told)
            {
                told = now;
                await changed();
            }

            before = now;
        }
    }
}
