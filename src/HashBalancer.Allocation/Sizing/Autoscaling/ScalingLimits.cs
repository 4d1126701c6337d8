namespace HashBalancer.Allocation.Sizing.Autoscaling;

/// <summary>In what a limit counts.</summary>
public enum ScalingUnit
{
    /// <summary>Whole replicas.</summary>
    Replicas,

    /// <summary>Percent of what stood at the start of the period.</summary>
    Percent,
}

/// <summary>How much may change within a period.</summary>
/// <param name="Unit">In what <paramref name="Value"/> counts.</param>
/// <param name="Value">0 or more.</param>
/// <param name="Period">Looking back from now, above 0.</param>
public sealed record ScalingLimit(ScalingUnit Unit, double Value, TimeSpan Period);

/// <summary>Which of several limits holds.</summary>
public enum ScalingSelect
{
    /// <summary>The one that allows the largest change.</summary>
    Largest,

    /// <summary>The one that allows the smallest change.</summary>
    Smallest,

    /// <summary>None: nothing may change in this direction.</summary>
    Disabled,
}

/// <summary>A change that was made.</summary>
/// <param name="Replicas">How many replicas were added or removed, as a positive number.</param>
/// <param name="Age">How long ago.</param>
public sealed record ScalingEvent(int Replicas, TimeSpan Age);

/// <summary>Limits of the rate of scaling (Kubernetes HorizontalPodAutoscaler, behavior.scaleUp and scaleDown).</summary>
/// <remarks>A period's base is what stood when it began: the current number without what was added, with what was removed since.</remarks>
public static class ScalingLimits
{
    /// <summary>The highest number of replicas that scaling up may reach now.</summary>
    /// <param name="current">Replicas now.</param>
    /// <param name="limits">None at all means unlimited.</param>
    /// <param name="ups">Recent additions.</param>
    /// <param name="downs">Recent removals.</param>
    /// <param name="select">Which limit holds.</param>
    public static int Highest(int current, IReadOnlyList<ScalingLimit> limits, IReadOnlyList<ScalingEvent> ups, IReadOnlyList<ScalingEvent> downs, ScalingSelect select = ScalingSelect.Largest)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (select == ScalingSelect.Disabled)
            return current;
        if (limits.Count == 0)
            return int.MaxValue;
        IEnumerable<int> bounds = limits.Select(limit =>
        {
            int start = StartOf(limit, current, ups, downs);
            return limit.Unit == ScalingUnit.Replicas ? start + (int)limit.Value : (int)WholeNumber.Up(start * (1 + (limit.Value / 100)));
        });
        return Math.Max(current, select == ScalingSelect.Largest ? bounds.Max() : bounds.Min());
    }

    /// <summary>The lowest number of replicas that scaling down may reach now.</summary>
    /// <inheritdoc cref="Highest"/>
    public static int Lowest(int current, IReadOnlyList<ScalingLimit> limits, IReadOnlyList<ScalingEvent> ups, IReadOnlyList<ScalingEvent> downs, ScalingSelect select = ScalingSelect.Largest)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (select == ScalingSelect.Disabled)
            return current;
        if (limits.Count == 0)
            return 0;
        IEnumerable<int> bounds = limits.Select(limit =>
        {
            int start = StartOf(limit, current, ups, downs);
            return limit.Unit == ScalingUnit.Replicas ? start - (int)limit.Value : (int)WholeNumber.Down(start * (1 - (limit.Value / 100)));
        });
        return Math.Clamp(select == ScalingSelect.Largest ? bounds.Min() : bounds.Max(), 0, current);
    }

    private static int StartOf(ScalingLimit limit, int current, IReadOnlyList<ScalingEvent> ups, IReadOnlyList<ScalingEvent> downs) =>
        current - ups.Where(e => e.Age < limit.Period).Sum(e => e.Replicas) + downs.Where(e => e.Age < limit.Period).Sum(e => e.Replicas);
}
