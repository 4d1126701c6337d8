namespace HashBalancer.Registry;

/// <summary>Timers whose deadline may have moved, and which may run up to a tick of the system's timer early.</summary>
internal static class Deadlines
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>Whether a timer ran before its deadline; then it is set to run again.</summary>
    /// <param name="timer">The timer that ran.</param>
    /// <param name="rest">The time to its deadline.</param>
    public static bool IsBefore(ITimer timer, TimeSpan rest)
    {
        if (rest <= TimeSpan.Zero)
            return false;
        timer.Change(rest + Tick, Timeout.InfiniteTimeSpan);
        return true;
    }
}
