namespace HashBalancer.Proxy;

/// <summary>What became of a failed try.</summary>
internal enum RetryVerdict
{
    /// <summary>The request was sent to another node.</summary>
    Retried,

    /// <summary>It failed in a way, or with a method or body, that forbids another try.</summary>
    Unsafe,

    /// <summary>It had all of its tries, or all of its time.</summary>
    Exhausted,

    /// <summary>The pool's budget was spent.</summary>
    OverBudget,

    /// <summary>No other node was left to try.</summary>
    NoSuccessor,
}

/// <summary>Verdicts as metrics write them.</summary>
internal static class RetryVerdicts
{
    private static readonly string[] Names = ["retried", "unsafe", "exhausted", "over-budget", "no-successor"];

    public static RetryVerdict[] All { get; } = Enum.GetValues<RetryVerdict>();

    public static string Name(this RetryVerdict verdict) => Names[(int)verdict];
}
