namespace HashBalancer.Allocation.Sizing.Autoscaling;

/// <summary>The outcome of an <see cref="Activation"/>.</summary>
/// <param name="Active">Whether the metric is above the threshold.</param>
/// <param name="Replicas">Replicas to have.</param>
public sealed record ActivationResult(bool Active, int Replicas);

/// <summary>Scale to and from zero around an average per replica (KEDA ScaledObject).</summary>
public sealed record Activation
{
    /// <summary>The metric of one replica to aim for, above 0.</summary>
    public required double Target { get; init; }

    /// <summary>The pool wakes when the metric is above this. Default 0.</summary>
    public double Threshold { get; init; }

    /// <summary>Fewest replicas; 0 lets the pool sleep. Default 0.</summary>
    public int Minimum { get; init; }

    /// <summary>Most replicas. Default unlimited.</summary>
    public int Maximum { get; init; } = int.MaxValue;

    /// <summary>How long the pool must have been inactive before it sleeps. Default 5 min.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How far the average may be off the target. Default 10 %.</summary>
    public ScalingTolerance Tolerance { get; init; } = ScalingTolerance.Default;

    /// <summary>Replicas to have.</summary>
    /// <param name="metric">The metric of the whole pool, 0 or more.</param>
    /// <param name="current">Replicas now, 0 or more.</param>
    /// <param name="sinceActive">How long ago the metric was last above the threshold.</param>
    public ActivationResult Decide(double metric, int current, TimeSpan sinceActive)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(metric);
        ArgumentOutOfRangeException.ThrowIfNegative(current);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Target);
        bool active = metric > Threshold;
        if (!active && Minimum == 0)
            return new ActivationResult(false, sinceActive >= Cooldown ? 0 : Math.Min(current, Maximum));
        if (current == 0)
            return new ActivationResult(active, Math.Min(Math.Max(Minimum, 1), Maximum));
        int wanted = Tolerance.Covers(metric / (Target * current)) ? current : checked((int)WholeNumber.Up(metric / Target));
        return new ActivationResult(active, Math.Min(Math.Max(wanted, Math.Max(Minimum, 1)), Maximum));
    }
}
