using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Plans.Migration;
using HashBalancer.Allocation.Resources;
using HashBalancer.Allocation.Solving;
using HashBalancer.Allocation.Validation;

namespace HashBalancer.Control;

/// <summary>One round of the leader: leases go on by themselves, the fleet is divided anew, and what is to move begins as far as the brakes allow.</summary>
/// <remarks>Pure and deterministic: the same input gives the same plan, so that a round can be replayed, and a new leader goes on where the last one ended.</remarks>
public static class FleetPlanner
{
    /// <summary>A pool that so many nodes could not serve lately gets no other until one of them may be tried again.</summary>
    private const int MostRefusals = 2;

    /// <summary>Plans a round.</summary>
    public static FleetDecision Plan(FleetInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        Dictionary<string, PoolSpec> pools = input.Pools.ToDictionary(pool => pool.Name, StringComparer.Ordinal);
        Dictionary<string, FleetNode> nodes = input.Nodes.ToDictionary(node => node.Id, StringComparer.Ordinal);
        Dictionary<string, NodeProgress> progress = input.Progress.ToDictionary(node => node.Node, StringComparer.Ordinal);
        var steps = new LeaseSteps(input, pools);
        SortedDictionary<string, FleetLease> leases = new(StringComparer.Ordinal);
        foreach (FleetLease lease in input.Leases)
            leases[lease.Node] = steps.Next(lease, nodes.GetValueOrDefault(lease.Node), progress.GetValueOrDefault(lease.Node));
        foreach (FleetNode node in input.Nodes)
            leases.TryAdd(node.Id, new FleetLease(node.Id) { Since = input.Now });

        FleetAllocation? allocation = null;
        List<WaitingMove> waiting = [];
        string? fault = null;
        try
        {
            // Without a node there is nothing to divide; what pools want is there for autoscalers all the same.
            if (input.Nodes.Any(node => node.Available))
                allocation = AllocationSession.Solve(SpecOf(input, leases), SettingsOf(input, leases.Values));
            if (allocation is not null && !input.IsFrozen)
                Begin(input, allocation, leases, pools, nodes, steps, waiting);
        }
        catch (AllocationSpecException e)
        {
            fault = e.Message;
        }

        Dictionary<string, FleetLease> before = input.Leases.ToDictionary(lease => lease.Node, StringComparer.Ordinal);
        return new FleetDecision(
            [.. leases.Values],
            [.. leases.Values.Where(lease => before.TryGetValue(lease.Node, out FleetLease? same) ? !ReferenceEquals(same, lease) : lease.Phase != LeasePhase.Free)],
            allocation, waiting, fault);
    }

    /// <summary>The fleet in the allocation library's terms: nodes on their way count for where they go.</summary>
    public static FleetSpec SpecOf(FleetInput input, IReadOnlyDictionary<string, FleetLease> leases)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(leases);
        Dictionary<string, string[]> refused = leases.Values
            .SelectMany(lease => lease.Refusals.Where(refusal => refusal.Until > input.Now).Select(refusal => (refusal.Pool, lease.Node)))
            .GroupBy(refusal => refusal.Pool, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(refusal => refusal.Node).ToArray(), StringComparer.Ordinal);
        Dictionary<string, double> demands = input.Demands.ToDictionary(demand => demand.Pool, demand => demand.Units, StringComparer.Ordinal);
        HashSet<string> leaves = [.. input.Services.Keys];
        HashSet<string> present = [.. input.Nodes.Select(node => node.Id)];
        List<PoolSpec> pools = [];
        foreach (PoolSpec pool in input.Pools)
        {
            string[] refusing = refused.GetValueOrDefault(pool.Name) ?? [];
            // What does not come up on one node after the other is not the nodes' fault: no more of them go through it for now.
            string[]? only = refusing.Length < MostRefusals ? null : [.. leases.Values.Where(lease => lease.Pool == pool.Name || lease.Next == pool.Name).Select(lease => lease.Node)];
            PoolSpec known = !leaves.Contains(pool.Name) ? pool : FleetFilters.Applied(pool, refusing, only, input.Nodes, present);
            if (known.Maximum.GetValueOrDefault(AllocationOptions.NodesResource, 1) == 0)
                demands.Remove(pool.Name);
            pools.Add(known);
        }

        return new FleetSpec(new ResourceSet(input.Resources))
        {
            Policy = input.Policy,
            AllowOvercommit = true,
            Nodes = input.Nodes,
            Pools = pools,
            Demands = [.. demands.Where(demand => leaves.Contains(demand.Key)).Select(demand => new PoolDemand(demand.Key, demand.Value))],
            Leases = [.. leases.Values.Where(lease => present.Contains(lease.Node)).Select(LeaseOf).OfType<NodeLease>()],
        };
    }

    private static NodeLease? LeaseOf(FleetLease lease) => lease.Phase switch
    {
        LeasePhase.Free => null,
        LeasePhase.Draining => lease.Next is null ? null : new NodeLease(lease.Node, lease.Next, lease.Assigned, InTransit: true),
        _ => new NodeLease(lease.Node, lease.Pool!, lease.Assigned, lease.IsUnderWay),
    };

    internal static AllocatorSettings SettingsOf(FleetInput input, IEnumerable<FleetLease> leases) => new()
    {
        DeadZone = input.Rules.DeadZone,
        ReclaimPerRound = input.Rules.ReclaimPerRound,
        Limits = new MigrationLimits(Math.Max(1, input.Rules.MostMoves - leases.Count(lease => lease.IsUnderWay)), input.Rules.MostMovesPerZone),
    };

    private static void Begin(
        FleetInput input, FleetAllocation allocation, SortedDictionary<string, FleetLease> leases, Dictionary<string, PoolSpec> pools,
        Dictionary<string, FleetNode> nodes, LeaseSteps steps, List<WaitingMove> waiting)
    {
        var budget = new MoveBudget(input, leases.Values, pools, nodes);
        HashSet<string> announced = new(StringComparer.Ordinal);
        foreach (PlannedMove planned in allocation.Plan.Moves)
        {
            Move move = planned.Move;
            FleetLease lease = leases[move.Node];
            announced.Add(move.Node);
            if (lease.Phase == LeasePhase.Draining)
            {
                // Where it goes is open until it is free.
                leases[move.Node] = steps.Redirect(lease, move.To);
                continue;
            }

            bool isUrgent = move.To is null || IsBelowGuarantee(allocation.Of(move.To), pools[move.To]);
            // Nobody loses a node that is free.
            string? obstacle = move.From is null ? null
                : !isUrgent && input.Rules.Notice > TimeSpan.Zero && (lease.Phase != LeasePhase.Notice || input.Now - lease.Since < input.Rules.Notice) ? "its notice"
                : planned.Start > TimeSpan.Zero ? "other moves"
                : budget.ObstacleToDrain(move, isUrgent, allocation.Of(move.From).Nodes);
            if (obstacle is null)
            {
                leases[move.Node] = move.From is null ? steps.Start(lease, move.To!) : steps.Drain(lease, move.To);
                budget.Begin(move);
                continue;
            }

            if (move.From is not null && input.Rules.Notice > TimeSpan.Zero && (lease.Phase != LeasePhase.Notice || lease.Next != move.To))
                leases[move.Node] = steps.Announce(lease, move.To);
            waiting.Add(new WaitingMove(move.Node, move.From, move.To, obstacle));
        }

        foreach (Move blocked in allocation.Plan.Blocked)
            waiting.Add(new WaitingMove(blocked.Node, blocked.From, blocked.To, "its pool, which can spare none"));
        foreach (FleetLease lease in leases.Values.Where(lease => lease.Phase == LeasePhase.Notice && !announced.Contains(lease.Node)).ToArray())
            leases[lease.Node] = steps.Withdraw(lease);
    }

    /// <summary>Whether a pool has less than its guarantee covers: no time is lost on courtesies then.</summary>
    private static bool IsBelowGuarantee(PoolAllocation pool, PoolSpec spec) =>
        spec.Guaranteed.Count > 0 && pool.Nodes > 0 && pool.NodesBefore * (pool.Held / pool.Nodes) < pool.Guaranteed * (1 - 1e-9);
}
