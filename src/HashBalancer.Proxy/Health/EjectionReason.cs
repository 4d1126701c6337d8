namespace HashBalancer.Proxy;

/// <summary>Why a node was ejected.</summary>
internal enum EjectionReason
{
    /// <summary>So many failures came in a row.</summary>
    ConsecutiveFailures,

    /// <summary>So large a share of its requests failed.</summary>
    FailureShare,

    /// <summary>It failed far more often than the pool's other nodes.</summary>
    SuccessRate,

    /// <summary>It was far slower than the pool's other nodes.</summary>
    Latency,

    /// <summary>It was ejected before, and the probe failed.</summary>
    Probe,
}

/// <summary>Reasons as metrics write them.</summary>
internal static class EjectionReasons
{
    private static readonly string[] Names = ["consecutive-failures", "failure-share", "success-rate", "latency", "probe"];

    public static EjectionReason[] All { get; } = Enum.GetValues<EjectionReason>();

    public static string Name(this EjectionReason reason) => Names[(int)reason];
}
