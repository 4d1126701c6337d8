namespace HashBalancer.Proxy;

/// <summary>How a wait for a key's node ended.</summary>
internal enum WaitVerdict
{
    /// <summary>The node has room, and the request is counted there.</summary>
    Owner,

    /// <summary>As many later requests went first as the pool allows.</summary>
    Skipped,

    /// <summary>The time is up.</summary>
    TimedOut,

    /// <summary>Too many wait already.</summary>
    Refused,

    /// <summary>The client left.</summary>
    Aborted,
}

/// <summary>Verdicts as metrics write them.</summary>
internal static class WaitVerdicts
{
    private static readonly string[] Names = ["owner", "skipped", "timed-out", "refused", "aborted"];

    public static WaitVerdict[] All { get; } = Enum.GetValues<WaitVerdict>();

    public static string Name(this WaitVerdict verdict) => Names[(int)verdict];
}
