namespace HashBalancer.Proxy;

/// <summary>What became of a request that waited long enough for a second try beside the first.</summary>
internal enum HedgeResult
{
    /// <summary>The second try's answer went to the client.</summary>
    Won,

    /// <summary>The first try answered all the same.</summary>
    Lost,

    /// <summary>Both tries failed.</summary>
    Failed,

    /// <summary>There was no second try: the pool's retry budget was spent.</summary>
    OverBudget,

    /// <summary>There was no second try: no other node was left, or none with room.</summary>
    NoSuccessor,
}

/// <summary>Results as metrics write them.</summary>
internal static class HedgeResults
{
    private static readonly string[] Names = ["won", "lost", "failed", "over-budget", "no-successor"];

    public static HedgeResult[] All { get; } = Enum.GetValues<HedgeResult>();

    public static string Name(this HedgeResult result) => Names[(int)result];
}
