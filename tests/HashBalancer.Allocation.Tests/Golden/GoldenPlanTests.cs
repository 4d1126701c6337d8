using System.Globalization;
using System.Text;
using HashBalancer.Allocation.Explaining;
using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Plans.Migration;
using HashBalancer.Allocation.Policies;
using HashBalancer.Allocation.Solving;
using HashBalancer.Allocation.Tests.Properties;

namespace HashBalancer.Allocation.Tests.Golden;

/// <summary>Whole fleets through their changes: the same shares, moves, times and explanations as ever.</summary>
public sealed class GoldenPlanTests
{
    private static readonly AllocatorSettings[] Settings =
    [
        new(),
        new() { DeadZone = 0, ReclaimPerRound = 1 },
        new() { DeadZone = 0, ReclaimPerRound = 0.3, Limits = new MigrationLimits(Total: 3, PerZone: 2), Reassign = TimeSpan.FromSeconds(2) },
    ];

    [Theory]
    [InlineData(PolicyNames.Drf)]
    [InlineData(PolicyNames.Fair)]
    [InlineData(PolicyNames.Capacity)]
    [InlineData(PolicyNames.FifoBackfill)]
    [InlineData(PolicyNames.PriorityBackfill)]
    [InlineData("any")]
    public void Fleet_ThroughItsChanges_IsDividedAsEver(string policy) => Golden.Hold($"plan-{policy}", 60, random => Run(random, policy));

    private static StringBuilder Run(Random random, string policy)
    {
        RandomFleet fleets = policy == "any" ? new RandomFleet(random) { MaximumNodes = 40 } : new RandomFleet(random) { Policies = [policy] };
        FleetSpec spec = fleets.Draw();
        var session = new AllocationSession(spec, Settings[random.Next(Settings.Length)]);
        var text = new StringBuilder();
        string[] leaves = [.. spec.Pools.Where(p => p.UnitDemand.Count > 0).Select(p => p.Name)];
        for (int round = 0; round < 5; round++)
        {
            FleetAllocation allocation = session.Solve(100 * round);
            Write(text, allocation);
            if (random.Next(3) > 0)
                session.Adopt(allocation);
            foreach (FleetNode node in spec.Nodes)
            {
                if (random.Next(4) == 0)
                    text.Append(CultureInfo.InvariantCulture, $"arrived {session.NodeArrived(node.Id)}\n");
            }

            Change(random, session, spec, leaves);
        }

        return text;
    }

    private static void Change(Random random, AllocationSession session, FleetSpec spec, string[] leaves)
    {
        FleetNode node = spec.Nodes[random.Next(spec.Nodes.Count)];
        switch (random.Next(4))
        {
            case 0:
                session.PutNode(node with { Available = !node.Available });
                break;
            case 1 when spec.Nodes.Count > 2 && !spec.Pools.Any(p => p.Filter is not null || p.Guaranteed.Count > 0):
                session.RemoveNode(node.Id);
                break;
            case 2:
                PoolSpec pool = spec.Pools[random.Next(spec.Pools.Count)];
                session.PutPool(pool with { Weight = random.Next(1, 9), Priority = random.Next(3) });
                break;
            default:
                break;
        }

        foreach (string leaf in leaves.Where(_ => random.Next(2) == 0))
            session.SetDemand(leaf, random.Next(0, 60) / 2.0);
    }

    private static void Write(StringBuilder text, FleetAllocation allocation)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        text.Append(culture, $"infeasible {allocation.InfeasibleGuarantees} throttled {allocation.Throttled}\n");
        foreach (PoolAllocation pool in allocation.Pools)
        {
            PoolExplanation why = allocation.Explain(pool.Pool);
            text.Append(culture, $"{pool.Pool} {Golden.Number(pool.Wanted)} {Golden.Number(pool.Guaranteed)} {Golden.Number(pool.Target)} {Golden.Number(pool.Held)} {pool.NodesBefore} {pool.Nodes} {Golden.Number(pool.Shortage)}\n");
            text.Append(culture, $"  {why.Limit} {why.LimitedBy} {Golden.Number(why.Borrowed)} {Golden.Number(why.Lent)} {Golden.Number(why.PerUnitOfWeight)} {Golden.Number(why.PerUnitOfGuarantee)} {why.NextMove?.Move.Node}\n");
            foreach (LendingPool lending in why.Lenders.Concat(why.Borrowers))
                text.Append(culture, $"  {lending.Pool} {Golden.Number(lending.Units)}\n");
        }

        foreach (NodeLease lease in allocation.Leases)
            text.Append(culture, $"lease {lease.Node} {lease.Pool} {lease.Since} {lease.InTransit} {allocation.PoolOf(lease.Node)}\n");
        MigrationPlan plan = allocation.Plan;
        foreach (PlannedMove move in plan.Moves)
            text.Append(culture, $"move {move.Move.Node} {move.Move.From} {move.Move.To} {move.Start} {move.End}\n");
        foreach (Move move in plan.Considered)
            text.Append(culture, $"considered {move.Node} {move.Zone} {move.Duration}\n");
        foreach (Move move in plan.Blocked)
            text.Append(culture, $"blocked {move.Node}\n");
        foreach ((string pool, int lowest) in plan.LowestAvailable.OrderBy(p => p.Key, StringComparer.Ordinal))
            text.Append(culture, $"lowest {pool} {lowest}\n");
        text.Append(culture, $"finish {plan.Finish} bound {plan.LowerBound}\n");
    }
}
