namespace HashBalancer.Control;

/// <summary>What a pool may have of the fleet, and how much it needs. Configuration section <c>HashBalancer:Pools:NAME:Allocation</c>.</summary>
public sealed class PoolAllocationOptions
{
    /// <summary>Whether the pool is sized, and takes part in the fleet. Default false.</summary>
    public bool Enabled { get; set; }

    /// <summary>The group above it; null at the top.</summary>
    public string? Parent { get; set; }

    /// <summary>Relative right among its siblings, 0 to 1,000,000; 0 shares only what is left. Default 1.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>The higher is served first where the policy looks at it, and keeps its guarantee when not all can. Default 0.</summary>
    public int Priority { get; set; }

    /// <summary>When it came, for policies that serve in order. Default 0, which leaves the order to the name.</summary>
    public long Submitted { get; set; }

    /// <summary>What it gets whenever it asks for it, by resource; <c>nodes</c> counts nodes.</summary>
    public Dictionary<string, decimal> Guaranteed { get; set; } = new(StringComparer.Ordinal);

    /// <summary>What it never holds more of, by resource.</summary>
    public Dictionary<string, decimal> Maximum { get; set; } = new(StringComparer.Ordinal);

    /// <summary>What one unit of its demand takes, by resource. Default one node.</summary>
    public Dictionary<string, decimal> UnitDemand { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Whether others may use its guarantee while it does not. Default true.</summary>
    public bool Lendable { get; set; } = true;

    /// <summary>Whether nodes may be taken from it for others. Default true.</summary>
    public bool Reclaimable { get; set; } = true;

    /// <summary>Whether it keeps exactly the nodes it has. Default false.</summary>
    public bool Frozen { get; set; }

    /// <summary>Never fewer nodes than this because of a move; 0 to 10,000, default 0.</summary>
    public int MinAvailable { get; set; }

    /// <summary>How many of its nodes may be leaving at once; 1 to 10,000, default 10,000.</summary>
    public int MaxUnavailable { get; set; } = 10_000;

    /// <summary>Which nodes may serve it.</summary>
    public NodeFilterOptions Filter { get; set; } = new();

    /// <summary>Nodes that belong to it whatever its share is.</summary>
    public List<string> Pinned { get; set; } = [];

    /// <summary>The longest time that a node's requests are waited for before it leaves; 0 to 1 h, default 30 s.</summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest time that a node is warmed before it serves; 0 to 1 h, default 30 s.</summary>
    public TimeSpan WarmTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many of the latest GET requests are sent to a node beforehand whose keys it will own; 0 to 10,000, default 200; 0 warms nothing.</summary>
    public int WarmRequests { get; set; } = 200;

    /// <summary>How many requests one unit serves at once; 1 to 100,000. Default 0: the utilisation that nodes report is all there is to size by.</summary>
    public int Slots { get; set; }

    /// <summary>How long the memory of the load is that it is sized by; 1 s to 10 min, default 5 s. What comes and goes faster is smoothed away.</summary>
    /// <remarks>The default is short beside the time that a node takes to a pool, long beside the time between two requests of one that needs several nodes.</remarks>
    public TimeSpan AveragingTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How busy the units may be on average; above 0 to 1, default 0.7.</summary>
    public double TargetUtilisation { get; set; } = 0.7;

    /// <summary>The part of requests that may wait, above 0 to 1; default 0: not looked at. Needs <see cref="Slots"/>.</summary>
    public double WaitProbability { get; set; }

    /// <summary>With it, the part that may wait longer than this; 0 to 1 min, default 0.</summary>
    public TimeSpan WaitTime { get; set; }

    /// <summary>Units that may be lost at once; 0 to 1,000, default 0.</summary>
    public int LoseNodes { get; set; }

    /// <summary>Zones that may be lost at once, of those that the fleet has; 0 to 10, default 0.</summary>
    public int LoseZones { get; set; }

    /// <summary>Never fewer units are wanted than this; 0 to 100,000, default 0.</summary>
    public int Minimum { get; set; }

    /// <summary>Never more units are wanted than this; up to 100,000, the default.</summary>
    public int Most { get; set; } = 100_000;

    /// <summary>How far the load may be off what the wanted units are for before another number is wanted; 0 to 1, default 0.1.</summary>
    public double Tolerance { get; set; } = 0.1;

    /// <summary>A rise goes only as far as the lowest number within this time; 0 to 1 h, default 0.</summary>
    public TimeSpan RiseWindow { get; set; }

    /// <summary>A fall goes only as far as the highest number within this time; 0 to 1 h, default 5 min.</summary>
    public TimeSpan FallWindow { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether what the same time of earlier days brought is wanted in time. Default false. The leader learns it anew with every term.</summary>
    public bool Forecast { get; set; }

    /// <summary>Checks every member but those that a policy looks at, which are checked with all pools together.</summary>
    /// <param name="key">The key of this section.</param>
    /// <returns>One message for each fault, with key path, value and what is allowed; empty when all is well.</returns>
    public IReadOnlyList<string> Validate(string key)
    {
        OptionFaults faults = new(key);
        TimeSpan hour = TimeSpan.FromHours(1);
        faults.Check(nameof(MinAvailable), MinAvailable, MinAvailable is >= 0 and <= 10_000, "0 to 10000");
        faults.Check(nameof(MaxUnavailable), MaxUnavailable, MaxUnavailable is >= 1 and <= 10_000, "1 to 10000");
        faults.CheckTime(nameof(DrainTime), DrainTime, TimeSpan.Zero, hour);
        faults.CheckTime(nameof(WarmTime), WarmTime, TimeSpan.Zero, hour);
        faults.Check(nameof(WarmRequests), WarmRequests, WarmRequests is >= 0 and <= 10_000, "0 to 10000");
        faults.Check(nameof(Slots), Slots, Slots is >= 0 and <= 100_000, "0 to 100000");
        faults.CheckTime(nameof(AveragingTime), AveragingTime, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        faults.Check(nameof(TargetUtilisation), TargetUtilisation, TargetUtilisation is > 0 and <= 1, "above 0 to 1");
        faults.Check(nameof(WaitProbability), WaitProbability, WaitProbability is >= 0 and <= 1 && (WaitProbability == 0 || Slots > 0), "0 to 1, and 0 without Slots");
        faults.CheckTime(nameof(WaitTime), WaitTime, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        faults.Check(nameof(LoseNodes), LoseNodes, LoseNodes is >= 0 and <= 1000, "0 to 1000");
        faults.Check(nameof(LoseZones), LoseZones, LoseZones is >= 0 and <= 10, "0 to 10");
        faults.Check(nameof(Minimum), Minimum, Minimum is >= 0 and <= 100_000, "0 to 100000");
        faults.Check(nameof(Most), Most, Most <= 100_000 && Most >= Minimum, "Minimum to 100000");
        faults.Check(nameof(Tolerance), Tolerance, Tolerance is >= 0 and <= 1, "0 to 1");
        faults.CheckTime(nameof(RiseWindow), RiseWindow, TimeSpan.Zero, hour);
        faults.CheckTime(nameof(FallWindow), FallWindow, TimeSpan.Zero, hour);
        return faults.All;
    }
}

/// <summary>Which nodes may serve a pool. Everything that is given must hold.</summary>
public sealed class NodeFilterOptions
{
    /// <summary>Labels that a node must carry, with these values.</summary>
    public Dictionary<string, string> Labels { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Zones of which a node must be in one; empty for any.</summary>
    public List<string> Zones { get; set; } = [];

    /// <summary>What a node must have at least, by resource.</summary>
    public Dictionary<string, decimal> MinimumCapacity { get; set; } = new(StringComparer.Ordinal);

    /// <summary>The only nodes that may serve; empty for any.</summary>
    public List<string> Nodes { get; set; } = [];

    /// <summary>Nodes that may not serve.</summary>
    public List<string> Except { get; set; } = [];

    /// <summary>Whether anything is given.</summary>
    internal bool IsEmpty => Labels.Count == 0 && Zones.Count == 0 && MinimumCapacity.Count == 0 && Nodes.Count == 0 && Except.Count == 0;
}
