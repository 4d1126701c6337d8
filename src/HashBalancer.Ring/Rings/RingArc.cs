namespace HashBalancer.Ring;

/// <summary>A stretch of the circle with one owner.</summary>
/// <param name="First">Its first position: the upper 32 bits of the first hash.</param>
/// <param name="Last">Its last position; never below <paramref name="First"/>: what runs across the ends of the circle is two arcs.</param>
/// <param name="Slot">The slot of the node that owns it.</param>
/// <param name="IsOverride">Whether an override gives it to the node.</param>
public readonly record struct RingArc(uint First, uint Last, int Slot, bool IsOverride)
{
    /// <summary>Its part of the key space, above 0 and up to 1.</summary>
    public double Share => ShareOf(First, Last);

    /// <summary>The part of the key space between two positions, both included.</summary>
    public static double ShareOf(uint first, uint last) => ((double)last - first + 1) / RingFormat.Positions;
}
