namespace HashBalancer.Allocation.Sizing.Queueing;

/// <summary>Requests in flight = arrivals × mean time in the system (Little, 1961), whatever the distributions are.</summary>
public static class LittlesLaw
{
    /// <summary>Mean number of requests in flight; also the offered load in servers (erlangs) when the time is service time.</summary>
    public static double InFlight(double arrivalsPerSecond, double meanSeconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(arrivalsPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegative(meanSeconds);
        return arrivalsPerSecond * meanSeconds;
    }

    /// <summary>Nodes that carry a load at a target utilisation: ⌈in flight / (slots × target)⌉.</summary>
    /// <param name="inFlight">0 or more.</param>
    /// <param name="slotsPerNode">Requests that a node serves at once, above 0.</param>
    /// <param name="targetUtilisation">Above 0, to 1.</param>
    public static int Nodes(double inFlight, double slotsPerNode, double targetUtilisation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(inFlight);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(slotsPerNode);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(targetUtilisation);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(targetUtilisation, 1);
        return checked((int)WholeNumber.Up(inFlight / (slotsPerNode * targetUtilisation)));
    }
}
