namespace HashBalancer.Proxy;

/// <summary>What became of a request that was to be copied to another pool.</summary>
internal enum MirrorResult
{
    /// <summary>The copy was answered to the end, with whatever status; the answer was dropped.</summary>
    Answered,

    /// <summary>The copy could not be made or sent, or its answer broke off.</summary>
    Failed,

    /// <summary>The answer took longer than a copy may.</summary>
    TimedOut,

    /// <summary>As many copies as allowed were on their way.</summary>
    Busy,

    /// <summary>No node of the other pool could take it.</summary>
    NoNode,

    /// <summary>The method is not safe, or the request no plain one: an upgrade to another protocol.</summary>
    Method,

    /// <summary>The body is too long or of no declared length, or was not read to its end.</summary>
    Body,
}

/// <summary>Results as metrics write them.</summary>
internal static class MirrorResults
{
    private static readonly string[] Names = ["answered", "failed", "timed-out", "busy", "no-node", "method", "body"];

    public static MirrorResult[] All { get; } = Enum.GetValues<MirrorResult>();

    public static string Name(this MirrorResult result) => Names[(int)result];
}
