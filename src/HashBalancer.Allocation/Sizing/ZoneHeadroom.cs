namespace HashBalancer.Allocation.Sizing;

/// <summary>Nodes spread evenly over zones.</summary>
/// <param name="PerZone">Nodes in every zone.</param>
/// <param name="Total">Nodes in all zones.</param>
/// <param name="HeadroomPercent">How many percent more than needed that is; 0 when nothing is needed.</param>
public sealed record ZoneSpread(int PerZone, int Total, double HeadroomPercent);

/// <summary>Spare nodes for failures that come alone (a node) or together (a zone).</summary>
public static class ZoneHeadroom
{
    /// <summary>The fewest nodes, equal in every zone, that suffice after losing zones, and suffice after losing single nodes.</summary>
    /// <param name="needed">Nodes that carry the load, 0 or more.</param>
    /// <param name="zones">1 or more.</param>
    /// <param name="loseZones">Zones that may be lost at once; 0 to below <paramref name="zones"/>. Default 1.</param>
    /// <param name="loseNodes">Nodes that may be lost at once while all zones stand; 0 or more. Default 0.</param>
    public static ZoneSpread Spread(int needed, int zones, int loseZones = 1, int loseNodes = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(needed);
        ArgumentOutOfRangeException.ThrowIfLessThan(zones, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(loseZones);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(loseZones, zones);
        ArgumentOutOfRangeException.ThrowIfNegative(loseNodes);
        int perZone = Math.Max(CeilingOf(needed, zones - loseZones), CeilingOf(checked(needed + loseNodes), zones));
        int total = checked(perZone * zones);
        return new ZoneSpread(perZone, total, needed == 0 ? 0 : 100.0 * (total - needed) / needed);
    }

    private static int CeilingOf(int dividend, int divisor) => (int)(((long)dividend + divisor - 1) / divisor);
}
