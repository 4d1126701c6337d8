namespace HashBalancer.Allocation.Reclaim;

/// <summary>How gently capacity is taken back (Hadoop ProportionalCapacityPreemptionPolicy).</summary>
/// <remarks>Without brakes a short burst of demand would move half a fleet and move it back a moment later.</remarks>
public sealed record ReclaimThrottle
{
    /// <summary>No brakes: everything at once, from anybody above its guarantee.</summary>
    public static ReclaimThrottle None { get; } = new() { DeadZone = 0, NaturalTermination = 1, TotalPerRound = 1 };

    /// <summary>A pool is left alone until it holds more than guarantee × (1 + this). 0 or more, default 0.1.</summary>
    public double DeadZone { get; init; } = 0.1;

    /// <summary>Part of what is owed that is asked for at once, as some is given back unasked. Above 0, to 1; default 0.2.</summary>
    public double NaturalTermination { get; init; } = 0.2;

    /// <summary>Part of the fleet that one round may take. 0 to 1, default 0.1.</summary>
    public double TotalPerRound { get; init; } = 0.1;

    /// <summary>Throws when a value is out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Names the value.</exception>
    internal ReclaimThrottle Checked()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(DeadZone);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(NaturalTermination);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(NaturalTermination, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(TotalPerRound);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(TotalPerRound, 1);
        return this;
    }
}
