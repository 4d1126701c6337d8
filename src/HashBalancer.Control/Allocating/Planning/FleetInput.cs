using HashBalancer.Allocation.Model;

namespace HashBalancer.Control;

/// <summary>Everything that a round of the leader decides by. Recorded, it decides the same again.</summary>
public sealed record FleetInput
{
    /// <summary>The time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The latest epoch that was published; 0 before the first.</summary>
    public long Epoch { get; init; }

    /// <summary>Whether moves under way may go on and no other may begin.</summary>
    public bool IsFrozen { get; init; }

    /// <summary>The brakes.</summary>
    public FleetRules Rules { get; init; } = new();

    /// <summary>The resources, in order.</summary>
    public IReadOnlyList<string> Resources { get; init; } = [AllocationOptions.NodesResource];

    /// <summary>The policy at the top.</summary>
    public string Policy { get; init; } = HashBalancer.Allocation.Policies.PolicyNames.Drf;

    /// <summary>Groups and pools, with what operators want of them; refusals and filters as they are.</summary>
    public IReadOnlyList<PoolSpec> Pools { get; init; } = [];

    /// <summary>The Consul service of every pool that nodes may serve.</summary>
    public IReadOnlyDictionary<string, string> Services { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What pools want.</summary>
    public IReadOnlyList<PoolDemand> Demands { get; init; } = [];

    /// <summary>The fleet.</summary>
    public IReadOnlyList<FleetNode> Nodes { get; init; } = [];

    /// <summary>Who serves whom.</summary>
    public IReadOnlyList<FleetLease> Leases { get; init; } = [];

    /// <summary>How nodes on their way get on; nodes that are not named have said nothing.</summary>
    public IReadOnlyList<NodeProgress> Progress { get; init; } = [];
}

/// <summary>How a node on its way gets on.</summary>
/// <param name="Node">The node.</param>
/// <param name="Agent">What its agent says of the present lease; null when it has said nothing of it yet.</param>
/// <param name="IsFollowed">Whether every gateway's rings follow the lease.</param>
/// <param name="InFlight">Requests that it still has of its pool.</param>
/// <param name="IsWarm">Whether every gateway has warmed it.</param>
/// <param name="WarmSent">How many requests it was sent beforehand.</param>
/// <param name="WarmFailed">How many of them failed.</param>
public sealed record NodeProgress(
    string Node, AgentReport? Agent = null, bool IsFollowed = false, long InFlight = 0, bool IsWarm = false, int WarmSent = 0, int WarmFailed = 0);

/// <summary>The brakes of a fleet; see <see cref="AllocationOptions"/>.</summary>
public sealed record FleetRules
{
    /// <summary>See <see cref="AllocationOptions.DeadZone"/>.</summary>
    public double DeadZone { get; init; } = 0.1;

    /// <summary>See <see cref="AllocationOptions.ReclaimPerRound"/>.</summary>
    public double ReclaimPerRound { get; init; } = 0.1;

    /// <summary>See <see cref="AllocationOptions.Round"/>.</summary>
    public TimeSpan Round { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>See <see cref="AllocationOptions.MostMoves"/>.</summary>
    public int MostMoves { get; init; } = 10;

    /// <summary>See <see cref="AllocationOptions.MostMovesPerZone"/>.</summary>
    public int MostMovesPerZone { get; init; } = 10_000;

    /// <summary>See <see cref="AllocationOptions.Notice"/>.</summary>
    public TimeSpan Notice { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>See <see cref="AllocationOptions.StartTimeout"/>.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>See <see cref="AllocationOptions.Refusal"/>.</summary>
    public TimeSpan Refusal { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Those that are configured.</summary>
    public static FleetRules Of(AllocationOptions options) => new()
    {
        DeadZone = options.DeadZone,
        ReclaimPerRound = options.ReclaimPerRound,
        Round = options.Round,
        MostMoves = options.MostMoves,
        MostMovesPerZone = options.MostMovesPerZone,
        Notice = options.Notice,
        StartTimeout = options.StartTimeout,
        Refusal = options.Refusal,
    };
}
