namespace HashBalancer.Allocation.Sizing.Autoscaling;

/// <summary>What is known of one replica.</summary>
/// <param name="Value">Its metric, such as millicores in use or requests per second in thousandths; null when it is missing.</param>
/// <param name="Request">What it asked for, in the same unit; null when the target is a plain average and not a utilisation.</param>
/// <param name="Ready">Whether it serves already.</param>
public sealed record ReplicaMetric(long? Value, long? Request = null, bool Ready = true);

/// <summary>How far a ratio of metric to target may be off before anything changes.</summary>
/// <param name="Up">Upwards, 0 or more. Default 0.1.</param>
/// <param name="Down">Downwards, 0 or more. Default 0.1.</param>
public sealed record ScalingTolerance(double Up = 0.1, double Down = 0.1)
{
    /// <summary>10 % in both directions.</summary>
    public static ScalingTolerance Default { get; } = new();

    /// <summary>Whether a ratio is near enough to 1.</summary>
    public bool Covers(double ratio) => ratio <= 1 + Up + Slack && ratio >= 1 - Down - Slack;

    /// <summary>1.1 is not above a tolerance of 0.1 because of its last bit.</summary>
    private const double Slack = 1e-12;
}

/// <summary>Desired replicas = replicas × metric / target, careful about replicas that say nothing (Kubernetes HorizontalPodAutoscaler).</summary>
/// <remarks>
/// Replicas that are not ready count 0 when that speaks for more, missing ones count 0 on the way up and as fully used on the way
/// down; what they make of the ratio may dampen a change but never turn it round.
/// </remarks>
public static class ReplicaCalculator
{
    /// <summary>The desired number of replicas.</summary>
    /// <param name="current">Replicas now, 0 or more.</param>
    /// <param name="target">Percent of the request, or a plain average when the metrics have no request; above 0.</param>
    /// <param name="replicas">What is known of every replica.</param>
    /// <param name="tolerance">Null for <see cref="ScalingTolerance.Default"/>.</param>
    public static int Desired(int current, long target, IReadOnlyList<ReplicaMetric> replicas, ScalingTolerance? tolerance = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(current);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(target);
        ArgumentNullException.ThrowIfNull(replicas);
        tolerance ??= ScalingTolerance.Default;
        ReplicaMetric[] ready = [.. replicas.Where(r => r is { Ready: true, Value: not null })];
        ReplicaMetric[] unready = [.. replicas.Where(r => !r.Ready)];
        ReplicaMetric[] missing = [.. replicas.Where(r => r is { Ready: true, Value: null })];
        if (ready.Length == 0)
            return current;

        double ratio = Ratio(ready, target);
        bool countUnready = unready.Length > 0 && ratio > 1;
        if (!countUnready && missing.Length == 0)
            return tolerance.Covers(ratio) ? current : Whole(ratio * ready.Length);

        IEnumerable<ReplicaMetric> counted = ready;
        if (ratio > 1)
            counted = [.. counted, .. missing.Select(m => m with { Value = 0 })];
        else if (ratio < 1)
            counted = [.. counted, .. missing.Select(m => m with { Value = m.Request is { } request ? request * Math.Max(100, target) / 100 : target })];
        if (countUnready)
            counted = [.. counted, .. unready.Select(u => u with { Value = 0 })];

        ReplicaMetric[] all = [.. counted];
        double cautious = Ratio(all, target);
        if (tolerance.Covers(cautious) || (ratio < 1 && cautious > 1) || (ratio > 1 && cautious < 1))
            return current;
        int desired = Whole(cautious * all.Length);
        return (cautious < 1 && desired > current) || (cautious > 1 && desired < current) ? current : desired;
    }

    /// <summary>Both forms are rounded down to whole percent or units first, as Kubernetes does.</summary>
    private static double Ratio(ReplicaMetric[] metrics, long target)
    {
        long values = metrics.Sum(m => m.Value!.Value);
        long used = metrics.All(m => m.Request is not null)
            ? values * 100 / Math.Max(1, metrics.Sum(m => m.Request!.Value))
            : values / metrics.Length;
        return (double)used / target;
    }

    private static int Whole(double replicas) => checked((int)WholeNumber.Up(replicas));
}
