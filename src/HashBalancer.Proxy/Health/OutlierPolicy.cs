namespace HashBalancer.Proxy;

/// <summary>When a node that answers badly is ejected: passed over, but for probes, until one succeeds.</summary>
/// <remarks>Immutable; thread-safe. The defaults follow Envoy's outlier detection, but for the share of ejected nodes, whose 10 %
/// leaves a pool of five helpless against two bad nodes.</remarks>
public sealed record OutlierPolicy
{
    /// <summary>Whether nodes are ejected at all. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Failures in a row that eject a node, 1 to 1,000; a failure is a status of 500 or above, or no usable response. Default 5.</summary>
    public int ConsecutiveFailures { get; init; } = 5;

    /// <summary>The share of failures within <see cref="Window"/> that ejects a node, above 0 to 1. Default 0.5.</summary>
    public double FailureShare { get; init; } = 0.5;

    /// <summary>Requests within <see cref="Window"/> below which <see cref="FailureShare"/> says nothing, 1 to 1,000,000. Default 50.</summary>
    public int MinimumRequests { get; init; } = 50;

    /// <summary>Standard deviations below the mean success rate of a pool of five nodes or more that eject a node, 0 to 10. Default 1.9; 0: never.
    /// The nodes' requests within <see cref="Window"/> count, of those that had <see cref="MinimumRequests"/>.</summary>
    public double SuccessRateDeviations { get; init; } = 1.9;

    /// <summary>How many times the median latency of a pool of three nodes or more ejects a node, 1 to 1,000. Default 0, never: a node may be
    /// slow by its keys alone.</summary>
    public double LatencyFactor { get; init; }

    /// <summary>Over how long the share is taken, 1 s to 1 h. Default 10 s.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the first ejection lasts, 10 ms to 1 h; the n-th in a row lasts n times as long. Default 10 s.</summary>
    public TimeSpan EjectionTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an ejection lasts at most, <see cref="EjectionTime"/> to 24 h. Default 5 min.</summary>
    public TimeSpan MaxEjectionTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The share of a pool's nodes that may be ejected at once, 0 to 1. Default 0.5; the one node of a pool never is, unless it is 1.</summary>
    public double MaxEjectedShare { get; init; } = 0.5;

    /// <summary>The healthy share of a pool's nodes below which ejections are ignored, because the nodes left would be overrun: 0 to 1. Default 0.5; 0 never.</summary>
    public double PanicShare { get; init; } = 0.5;

    /// <summary>Every value out of range, each as <c>Key: what is wrong and what is allowed</c>.</summary>
    /// <param name="key">The key of this section.</param>
    public IEnumerable<string> Validate(string key)
    {
        if (ConsecutiveFailures is < 1 or > 1000)
            yield return $"{key}:ConsecutiveFailures: is {ConsecutiveFailures}, but must be 1 to 1000.";
        if (FailureShare is not (> 0 and <= 1))
            yield return $"{key}:FailureShare: is {FailureShare}, but must be above 0, up to 1.";
        if (MinimumRequests is < 1 or > 1_000_000)
            yield return $"{key}:MinimumRequests: is {MinimumRequests}, but must be 1 to 1000000.";
        if (SuccessRateDeviations is not (>= 0 and <= 10))
            yield return $"{key}:SuccessRateDeviations: is {SuccessRateDeviations}, but must be 0 (never) to 10.";
        if (LatencyFactor is not (0 or (>= 1 and <= 1000)))
            yield return $"{key}:LatencyFactor: is {LatencyFactor}, but must be 0 (never) or 1 to 1000.";
        if (Window < TimeSpan.FromSeconds(1) || Window > TimeSpan.FromHours(1))
            yield return $"{key}:Window: is {Window}, but must be 00:00:01 to 01:00:00.";
        if (EjectionTime < TimeSpan.FromMilliseconds(10) || EjectionTime > TimeSpan.FromHours(1))
            yield return $"{key}:EjectionTime: is {EjectionTime}, but must be 00:00:00.010 to 01:00:00.";
        if (MaxEjectionTime < EjectionTime || MaxEjectionTime > TimeSpan.FromHours(24))
            yield return $"{key}:MaxEjectionTime: is {MaxEjectionTime}, but must be EjectionTime ({EjectionTime}) to 1.00:00:00.";
        if (MaxEjectedShare is not (>= 0 and <= 1))
            yield return $"{key}:MaxEjectedShare: is {MaxEjectedShare}, but must be 0 to 1.";
        if (PanicShare is not (>= 0 and <= 1))
            yield return $"{key}:PanicShare: is {PanicShare}, but must be 0 to 1.";
    }
}
