using System.Globalization;
using System.Text;
using HashBalancer.Allocation.Reclaim;
using HashBalancer.Allocation.Reclaim.Cohorts;
using HashBalancer.Allocation.Reclaim.Proportional;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Tests.Golden;

/// <summary>Who gives back what, for drawn trees of pools: the same as ever.</summary>
public sealed class GoldenReclaimTests
{
    private const int Seeds = 300;

    [Fact]
    public void Proportional_DrawnPools_GiveBackAsEver() => Golden.Hold("proportional", Seeds, random =>
    {
        var text = new StringBuilder();
        List<ReclaimPool> pools = [];
        int teams = random.Next(0, 3);
        for (int i = 0; i < teams; i++)
            pools.Add(new ReclaimPool($"team{i}", random.Next(20, 100)) { Maximum = random.Next(2) == 0 ? long.MaxValue : random.Next(100, 300), Reclaimable = random.Next(5) > 0, Priority = random.Next(3) });
        int leaves = random.Next(2, 7);
        for (int i = 0; i < leaves; i++)
        {
            pools.Add(new ReclaimPool($"pool{i}", random.Next(0, 60), teams == 0 || random.Next(4) == 0 ? null : $"team{random.Next(teams)}")
            {
                Maximum = random.Next(2) == 0 ? long.MaxValue : random.Next(60, 200),
                Used = random.Next(0, 80),
                Pending = random.Next(0, 80),
                Priority = random.Next(3),
                Reclaimable = random.Next(5) > 0,
            });
        }

        var throttle = random.Next(3) == 0 ? ReclaimThrottle.None : new ReclaimThrottle { DeadZone = random.Next(3) / 10.0, NaturalTermination = random.Next(1, 11) / 10.0, TotalPerRound = random.Next(1, 11) / 10.0 };
        foreach ((string pool, long amount) in ProportionalReclaim.Plan(random.Next(100, 300), pools, throttle).OrderBy(p => p.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{pool} {amount}\n");
        return text;
    });

    [Fact]
    public void Cohorts_DrawnPools_GiveBackAsEver() => Golden.Hold("cohorts", Seeds, random =>
    {
        var set = new ResourceSet("cpu", "memory");
        List<CohortPool> pools = [new("root", Draw(set, random, 0)) { IsCohort = true }, new("half", Draw(set, random, 5), "root") { IsCohort = true, Weight = random.Next(1, 4) }];
        int leaves = random.Next(2, 6);
        for (int i = 0; i < leaves; i++)
        {
            pools.Add(new CohortPool($"pool{i}", Draw(set, random, 10), random.Next(3) == 0 ? "half" : "root")
            {
                Weight = random.Next(6) == 0 ? 0 : random.Next(1, 4),
                BorrowingLimit = random.Next(3) == 0 ? new Dictionary<string, decimal> { ["cpu"] = random.Next(1, 8) } : new Dictionary<string, decimal>(),
                LendingLimit = random.Next(3) == 0 ? new Dictionary<string, decimal> { ["cpu"] = random.Next(0, 6) } : new Dictionary<string, decimal>(),
                WithinPool = (ReclaimFrom)random.Next(3),
                FromOthers = (ReclaimFrom)random.Next(3),
            });
        }

        var tree = new CohortTree(set, pools);
        List<Lease> admitted = [];
        for (int i = 0; i < random.Next(4, 25); i++)
        {
            var lease = new Lease($"l{i:00}", $"pool{random.Next(leaves)}", Draw(set, random, 4), random.Next(3), random.Next(10));
            if (!tree.Fits(lease.Pool, lease.Request))
                continue;
            admitted.Add(lease);
            tree.Add(lease.Pool, lease.Request);
        }

        var text = new StringBuilder();
        var incoming = new Lease("incoming", $"pool{random.Next(leaves)}", Draw(set, random, 8), random.Next(3));
        foreach (string name in tree.Names.Order(StringComparer.Ordinal))
        {
            BorrowedShare share = tree.ShareOf(name, name == incoming.Pool ? incoming.Request : null);
            text.Append(CultureInfo.InvariantCulture, $"{name} {Golden.Number(share.Ratio)} {Golden.Number(share.Weighted)} {share.Rounded} {share.DominantResource} {share.Borrowing}\n");
        }

        FairShareRule[]?[] rules = [null, [FairShareRule.AtMostFinalShare], [FairShareRule.BelowInitialShare]];
        foreach (FairShareRule[]? rule in rules)
        {
            IReadOnlyList<Lease> victims = CohortReclaim.Victims(tree, admitted, incoming, rule);
            text.Append(CultureInfo.InvariantCulture, $"{string.Join(',', victims.Select(v => v.Name))}\n");
        }

        foreach (Lease lease in admitted)
            tree.Remove(lease.Pool, lease.Request);
        text.Append(CultureInfo.InvariantCulture, $"{tree.Fits(incoming.Pool, incoming.Request)}\n");
        return text;
    });

    private static ResourceVector Draw(ResourceSet set, Random random, int most) =>
        set.Vector(("cpu", random.Next(0, most + 1)), ("memory", random.Next(0, (most * 2) + 1)));
}
