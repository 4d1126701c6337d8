using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Solving;
using HashBalancer.Allocation.Validation;

namespace HashBalancer.Control;

/// <summary>Changes to try on a fleet without touching it.</summary>
public sealed record WhatIf
{
    /// <summary>Other weights, by pool.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Other guarantees in nodes, by pool.</summary>
    public IReadOnlyDictionary<string, decimal> Guarantees { get; init; } = new Dictionary<string, decimal>(StringComparer.Ordinal);

    /// <summary>Other demands in units, by pool.</summary>
    public IReadOnlyDictionary<string, double> Demands { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>What demands are multiplied by, by pool; <c>*</c> for all.</summary>
    public IReadOnlyDictionary<string, double> Factors { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Zones that are lost.</summary>
    public IReadOnlyList<string> LostZones { get; init; } = [];

    /// <summary>Nodes that are lost.</summary>
    public IReadOnlyList<string> LostNodes { get; init; } = [];

    /// <summary>Another policy at the top; null: the present one.</summary>
    public string? Policy { get; init; }

    /// <summary>Rounds until nothing moves any more: more than any fleet needs at a tenth of it a round.</summary>
    private const int MostRounds = 100;

    /// <summary>What would come of it once all moves have ended, beside what comes of the fleet as it is.</summary>
    /// <exception cref="AllocationSpecException">The changes make no valid fleet; all faults are listed.</exception>
    /// <exception cref="ArgumentException">A change names a pool, zone or node that is not there.</exception>
    public WhatIfResult Try(FleetInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Check(input);
        FleetInput changed = input with
        {
            Policy = Policy ?? input.Policy,
            Pools = [.. input.Pools.Select(Changed)],
            Demands = [.. input.Demands.Select(demand => demand with { Units = DemandOf(demand) })],
            Nodes = [.. input.Nodes.Select(node => LostZones.Contains(node.Zone, StringComparer.Ordinal) || LostNodes.Contains(node.Id, StringComparer.Ordinal) ? node with { Available = false } : node)],
        };
        (FleetAllocation before, _) = Settled(input);
        (FleetAllocation after, int rounds) = Settled(changed);
        Dictionary<string, string> now = Serving(input);
        return new WhatIfResult(
            [.. after.Pools.Select(pool =>
            {
                PoolAllocation was = before.Of(pool.Pool);
                return new WhatIfPool(pool.Pool, was.Wanted, pool.Wanted, was.Target, pool.Target, now.Values.Count(name => name == pool.Pool), was.Nodes, pool.Nodes, pool.Shortage);
            })],
            [.. changed.Nodes.Where(node => node.Available).Select(node => new WhatIfMove(node.Id, now.GetValueOrDefault(node.Id), after.PoolOf(node.Id))).Where(move => move.From != move.To)],
            rounds, after.InfeasibleGuarantees);
    }

    private PoolSpec Changed(PoolSpec pool) => pool with
    {
        Weight = Weights.GetValueOrDefault(pool.Name, pool.Weight),
        Guaranteed = Guarantees.TryGetValue(pool.Name, out decimal nodes)
            ? new Dictionary<string, decimal>(pool.Guaranteed, StringComparer.Ordinal) { [AllocationOptions.NodesResource] = nodes }
            : pool.Guaranteed,
    };

    private double DemandOf(PoolDemand demand) =>
        Demands.TryGetValue(demand.Pool, out double units) ? units
        : demand.Units * Factors.GetValueOrDefault(demand.Pool, Factors.GetValueOrDefault("*", 1));

    /// <summary>The division once rounds follow each other until nothing moves.</summary>
    private static (FleetAllocation Allocation, int Rounds) Settled(FleetInput input)
    {
        SortedDictionary<string, FleetLease> leases = new(StringComparer.Ordinal);
        foreach (FleetLease lease in input.Leases)
            leases[lease.Node] = lease;
        var session = new AllocationSession(FleetPlanner.SpecOf(input, leases), FleetPlanner.SettingsOf(input, []));
        for (int round = 1; ; round++)
        {
            FleetAllocation allocation = session.Solve(round);
            if ((allocation.Plan.Moves.Count == 0 && allocation.Plan.Blocked.Count == 0) || round == MostRounds)
                return (allocation, round - 1);
            session.Adopt(allocation);
            foreach (NodeLease lease in allocation.Leases)
                session.NodeArrived(lease.Node);
        }
    }

    private static Dictionary<string, string> Serving(FleetInput input) => input.Leases.Where(lease => lease.Pool is not null && lease.Phase != LeasePhase.Draining)
        .ToDictionary(lease => lease.Node, lease => lease.Pool!, StringComparer.Ordinal);

    private void Check(FleetInput input)
    {
        HashSet<string> pools = [.. input.Pools.Select(pool => pool.Name)];
        string? unknown = Weights.Keys.Concat(Guarantees.Keys).Concat(Demands.Keys).Concat(Factors.Keys.Where(name => name != "*")).FirstOrDefault(name => !pools.Contains(name));
        if (unknown is not null)
            throw new ArgumentException($"There is no pool '{unknown}'; known are {string.Join(", ", pools.Order(StringComparer.Ordinal))}.");
        HashSet<string> zones = [.. input.Nodes.Select(node => node.Zone)];
        if (LostZones.FirstOrDefault(name => !zones.Contains(name)) is { } zone)
            throw new ArgumentException($"No node is in zone '{zone}'; known are {string.Join(", ", zones.Order(StringComparer.Ordinal))}.");
        if (LostNodes.FirstOrDefault(name => input.Nodes.All(node => node.Id != name)) is { } lost)
            throw new ArgumentException($"There is no node '{lost}'.");
    }
}

/// <summary>What would come of changes.</summary>
/// <param name="Pools">Every pool, in order of name.</param>
/// <param name="Moves">Which nodes serve another pool than now, in order of id.</param>
/// <param name="Rounds">Rounds that it takes.</param>
/// <param name="InfeasibleGuarantees">Whether there are too few nodes for all guarantees.</param>
public sealed record WhatIfResult(IReadOnlyList<WhatIfPool> Pools, IReadOnlyList<WhatIfMove> Moves, int Rounds, bool InfeasibleGuarantees);

/// <summary>One pool as it is, as it will be by itself, and as it would be.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="Demand">Units that it wants.</param>
/// <param name="ChangedDemand">Units that it would want.</param>
/// <param name="Target">Units that it is due.</param>
/// <param name="ChangedTarget">Units that it would be due.</param>
/// <param name="Now">Nodes that it has now.</param>
/// <param name="Nodes">Nodes that it has once what is planned has been done.</param>
/// <param name="ChangedNodes">Nodes that it would have.</param>
/// <param name="ChangedShortage">Units that it would be due and have no node for.</param>
public sealed record WhatIfPool(string Pool, double Demand, double ChangedDemand, double Target, double ChangedTarget, int Now, int Nodes, int ChangedNodes, double ChangedShortage);

/// <summary>A node that would serve another pool.</summary>
/// <param name="Node">The node.</param>
/// <param name="From">The pool that it serves now; null: none.</param>
/// <param name="To">The pool that it would serve; null: none.</param>
public sealed record WhatIfMove(string Node, string? From, string? To);
