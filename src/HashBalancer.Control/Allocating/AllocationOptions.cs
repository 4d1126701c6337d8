using HashBalancer.Allocation.Policies;

namespace HashBalancer.Control;

/// <summary>Whether the shared fleet follows what pools need.</summary>
public enum AllocationMode
{
    /// <summary>Nothing is measured or planned.</summary>
    Off,

    /// <summary>The leader plans and shows what it would do; no node changes its pool.</summary>
    Observe,

    /// <summary>Nodes change their pools as planned.</summary>
    On,
}

/// <summary>How a shared fleet of nodes is divided among pools. Configuration section <c>HashBalancer:Allocation</c>.</summary>
public sealed class AllocationOptions
{
    /// <summary>The configuration section these options are bound from.</summary>
    public const string Section = "HashBalancer:Allocation";

    /// <summary>The resource that every node has one of, so that guarantees and maxima can be counted in nodes.</summary>
    public const string NodesResource = "nodes";

    /// <summary>Whether plans are made and followed; default <see cref="AllocationMode.Observe"/>: see first what would move.</summary>
    public AllocationMode Mode { get; set; } = AllocationMode.Observe;

    /// <summary>The Consul service whose instances are the nodes of the fleet; 1 to 255 characters, default <c>hashbalancer-fleet</c>.</summary>
    public string FleetService { get; set; } = "hashbalancer-fleet";

    /// <summary>The policy that divides the fleet among the pools at the top; default drf.</summary>
    public string Policy { get; set; } = PolicyNames.Drf;

    /// <summary>Resources that nodes tell of beside <see cref="NodesResource"/>, such as <c>cpu</c>; at most 15. Default none.</summary>
    public List<string> Resources { get; set; } = [];

    /// <summary>Pools above pools, by name: they divide what they get among those that name them as <c>Parent</c>.</summary>
    public Dictionary<string, AllocationGroupOptions> Groups { get; set; } = new(StringComparer.Ordinal);

    /// <summary>The longest time between two rounds of the leader, and the time between two reports of a gateway; 250 ms to 1 min, default 1 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Nothing is taken from a pool for another unless one of them is further than this part off its due; 0 to 1, default 0.1.</summary>
    public double DeadZone { get; set; } = 0.1;

    /// <summary>The part of the fleet that one round may take from pools for others, at least one node; above 0 to 1, default 0.1.</summary>
    public double ReclaimPerRound { get; set; } = 0.1;

    /// <summary>The time that <see cref="ReclaimPerRound"/> is for; 0 to 10 min, default 3 s.</summary>
    public TimeSpan Round { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How many nodes may be on their way from one pool to another at once; 1 to 10,000, default 10.</summary>
    public int MostMoves { get; set; } = 10;

    /// <summary>The same for the nodes of one zone; 1 to 10,000, default 10,000.</summary>
    public int MostMovesPerZone { get; set; } = 10_000;

    /// <summary>How long before a node is taken from a pool it is announced; 0 to 1 h, default 5 s. Not for a pool below its guarantee, nor for a node that no pool wants.</summary>
    public TimeSpan Notice { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a node may take until it runs its pool's service; 1 s to 1 h, default 60 s. After that it is refused for this pool.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a node that could not serve a pool is not tried for it again; 1 s to 1 h, default 60 s; doubled every time in a row, up to 1 h.</summary>
    public TimeSpan Refusal { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How old a gateway's report may be; when one is older, every pool keeps what it has. 1 s to 10 min, default 10 s.</summary>
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a new leader waits for the reports of gateways before it moves anything by itself; 0 to 10 min, default 10 s.</summary>
    public TimeSpan Takeover { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many epochs are kept with what they were decided by, for replay; 0 to 10,000, default 100.</summary>
    public int History { get; set; } = 100;

    /// <summary>Checks every member.</summary>
    /// <returns>One message for each fault, with key path, value and what is allowed; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        OptionFaults faults = new(Section);
        faults.Check(nameof(Mode), Mode, Enum.IsDefined(Mode), "Off, Observe and On");
        faults.Check(nameof(FleetService), ForeignText.Shown(FleetService), ForeignText.FaultOf(FleetService, 255) is null, "1 to 255 characters, none of them a control character");
        faults.Check(nameof(Resources), string.Join(", ", Resources), Resources.Count <= 15 && Resources.TrueForAll(name => !string.IsNullOrWhiteSpace(name) && name != NodesResource) && Resources.Distinct(StringComparer.Ordinal).Count() == Resources.Count, $"up to 15 different names other than '{NodesResource}'");
        faults.CheckTime(nameof(Interval), Interval, TimeSpan.FromMilliseconds(250), TimeSpan.FromMinutes(1));
        faults.Check(nameof(DeadZone), DeadZone, DeadZone is >= 0 and <= 1, "0 to 1");
        faults.Check(nameof(ReclaimPerRound), ReclaimPerRound, ReclaimPerRound is > 0 and <= 1, "above 0 to 1");
        faults.CheckTime(nameof(Round), Round, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        faults.Check(nameof(MostMoves), MostMoves, MostMoves is >= 1 and <= 10_000, "1 to 10000");
        faults.Check(nameof(MostMovesPerZone), MostMovesPerZone, MostMovesPerZone is >= 1 and <= 10_000, "1 to 10000");
        faults.CheckTime(nameof(Notice), Notice, TimeSpan.Zero, TimeSpan.FromHours(1));
        faults.CheckTime(nameof(StartTimeout), StartTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        faults.CheckTime(nameof(Refusal), Refusal, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        faults.CheckTime(nameof(StaleAfter), StaleAfter, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        faults.CheckTime(nameof(Takeover), Takeover, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        faults.Check(nameof(History), History, History is >= 0 and <= 10_000, "0 to 10000");
        return faults.All;
    }
}

/// <summary>A pool above pools.</summary>
public sealed class AllocationGroupOptions
{
    /// <summary>The group above it; null at the top.</summary>
    public string? Parent { get; set; }

    /// <summary>The policy by which it divides among the pools below it; default drf.</summary>
    public string Policy { get; set; } = PolicyNames.Drf;

    /// <summary>Relative right among its siblings, 0 to 1,000,000. Default 1.</summary>
    public double Weight { get; set; } = 1;

    /// <summary>The higher is served first where the policy looks at it. Default 0.</summary>
    public int Priority { get; set; }

    /// <summary>When it came, for policies that serve in order. Default 0.</summary>
    public long Submitted { get; set; }

    /// <summary>What it gets whenever it asks for it, by resource; <c>nodes</c> counts nodes.</summary>
    public Dictionary<string, decimal> Guaranteed { get; set; } = new(StringComparer.Ordinal);

    /// <summary>What it never holds more of, by resource.</summary>
    public Dictionary<string, decimal> Maximum { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Whether others may use its guarantee while it does not. Default true.</summary>
    public bool Lendable { get; set; } = true;

    /// <summary>Whether nodes may be taken from the pools below it for others. Default true.</summary>
    public bool Reclaimable { get; set; } = true;
}
