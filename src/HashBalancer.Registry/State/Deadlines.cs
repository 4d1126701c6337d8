namespace HashBalancer.Registry;

/// <summary>Timers for deadlines that may move, that may lie beyond what a timer can hold, and that a timer may meet a little early.</summary>
internal static class Deadlines
{
    /// <summary>A little less than the longest time the system's timers take.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>The time to set a timer to for a deadline this far away.</summary>
    public static TimeSpan TimerFor(TimeSpan rest) => rest < Longest ? rest : Longest;

    /// <summary>Whether a timer ran before its deadline, as timers do by up to a tick; then it is set to run again.</summary>
    /// <param name="timer">The timer that ran.</param>
    /// <param name="rest">The time to its deadline.</param>
    public static bool IsBefore(ITimer timer, TimeSpan rest)
    {
        if (rest <= TimeSpan.Zero)
            return false;
        timer.Change(TimerFor(rest + Tick), Timeout.InfiniteTimeSpan);
        return true;
    }
}
