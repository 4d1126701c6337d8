using HashBalancer.Allocation.Sizing.Queueing;

namespace HashBalancer.Allocation.Sizing;

/// <summary>What is known of a pool's traffic and wanted of its nodes.</summary>
public sealed record PoolLoad
{
    /// <summary>Requests per second, 0 or more.</summary>
    public required double ArrivalsPerSecond { get; init; }

    /// <summary>Mean service time of a request, 0 or more.</summary>
    public required double MeanSeconds { get; init; }

    /// <summary>Requests that a node serves at once, 1 or more.</summary>
    public required int SlotsPerNode { get; init; }

    /// <summary>How busy the nodes may be on average. Above 0, to 1; default 0.7.</summary>
    public double TargetUtilisation { get; init; } = 0.7;

    /// <summary>The part of requests that may wait; null when only utilisation counts.</summary>
    public double? WaitProbability { get; init; }

    /// <summary>With it, <see cref="WaitProbability"/> is the part that may wait longer than this; 0 or more, default 0.</summary>
    public double WaitSeconds { get; init; }

    /// <summary>Nodes that may be lost at once. Default 0.</summary>
    public int LoseNodes { get; init; }

    /// <summary>Zones over which the nodes are spread evenly. Default 1.</summary>
    public int Zones { get; init; } = 1;

    /// <summary>Zones that may be lost at once. Default 0.</summary>
    public int LoseZones { get; init; }

    /// <summary>Never fewer nodes than this. Default 0.</summary>
    public int Minimum { get; init; }

    /// <summary>Never more nodes than this. Default unlimited.</summary>
    public int Maximum { get; init; } = int.MaxValue;
}

/// <summary>How many nodes a pool should have, with the steps that lead there.</summary>
/// <param name="OfferedLoad">Requests in flight on average.</param>
/// <param name="ByUtilisation">Nodes that utilisation asks for.</param>
/// <param name="ByQueueing">Nodes that waiting asks for; the same as by utilisation where waiting is not limited.</param>
/// <param name="DesiredNodes">The larger of both, plus headroom, within minimum and maximum.</param>
/// <param name="Clamped">Whether minimum or maximum decided.</param>
public sealed record PoolSize(double OfferedLoad, int ByUtilisation, int ByQueueing, int DesiredNodes, bool Clamped);

/// <summary>The sizing chain: load → utilisation and queueing → headroom for nodes and zones → limits.</summary>
public static class PoolSizing
{
    /// <summary>Sizes a pool.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of the range that its property states.</exception>
    public static PoolSize Of(PoolLoad load)
    {
        ArgumentNullException.ThrowIfNull(load);
        ArgumentOutOfRangeException.ThrowIfLessThan(load.SlotsPerNode, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(load.Minimum, load.Maximum);
        double offered = LittlesLaw.InFlight(load.ArrivalsPerSecond, load.MeanSeconds);
        int byUtilisation = LittlesLaw.Nodes(offered, load.SlotsPerNode, load.TargetUtilisation);
        int byQueueing = byUtilisation;
        if (load.WaitProbability is { } probability)
        {
            double mean = load.MeanSeconds > 0 ? load.MeanSeconds : 1;
            int servers = ErlangC.FewestServers(offered, probability, load.WaitSeconds, mean).Servers;
            byQueueing = (servers + load.SlotsPerNode - 1) / load.SlotsPerNode;
        }

        int wanted = ZoneHeadroom.Spread(Math.Max(byUtilisation, byQueueing), load.Zones, load.LoseZones, load.LoseNodes).Total;
        int desired = Math.Clamp(wanted, load.Minimum, load.Maximum);
        return new PoolSize(offered, byUtilisation, byQueueing, desired, desired != wanted);
    }
}
