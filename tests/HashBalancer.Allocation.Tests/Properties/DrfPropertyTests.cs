using HashBalancer.Allocation.Audit;
using HashBalancer.Allocation.Policies.Drf;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Tests.Properties;

public sealed class DrfPropertyTests
{
    [Fact]
    public void Divide_WithoutFloors_HasAllFourProperties() => Instances.Hold(random =>
    {
        (ResourceVector capacity, DrfClaim[] claims) = Draw(random, floors: false);
        FairnessReport report = FairnessAudit.Judge(capacity, claims, Tasks(capacity, claims));
        Assert.Equal(new FairnessReport(true, true, true, true), report);
    });

    [Fact]
    public void Divide_WithFloors_IsFeasibleParetoEfficientAndKeepsThem() => Instances.Hold(random =>
    {
        (ResourceVector capacity, DrfClaim[] claims) = Draw(random, floors: true);
        DrfDivision division = DominantResourceFairness.Divide(capacity, claims);
        FairnessReport report = FairnessAudit.Judge(capacity, claims, [.. division.Shares.Select(s => s.Tasks)]);
        Assert.True(report is { Feasible: true, ParetoEfficient: true });
        for (int i = 0; i < claims.Length; i++)
            Assert.True(division.InfeasibleFloors || division.Shares[i].Tasks >= claims[i].Floor * (1 - 1e-9));
    });

    [Fact]
    public void Divide_WithFloors_EnvyAndIncentiveHoldForWhoIsAboveItsFloor() => Instances.Hold(random =>
    {
        (ResourceVector capacity, DrfClaim[] claims) = Draw(random, floors: true);
        DrfDivision division = DominantResourceFairness.Divide(capacity, claims);
        double[] tasks = [.. division.Shares.Select(s => s.Tasks)];
        for (int i = 0; i < claims.Length && !division.InfeasibleFloors; i++)
        {
            for (int j = 0; j < claims.Length; j++)
            {
                // Only who is lifted by its floor may have a bundle that another would rather have.
                bool envies = tasks[i] < claims[i].Ceiling * (1 - 1e-9)
                    && FairnessAudit.Runnable(claims[i], claims[j].Demand, tasks[j] * claims[i].Weight / claims[j].Weight) > (tasks[i] * (1 + 1e-9)) + 1e-9;
                Assert.True(!envies || tasks[j] <= claims[j].Floor * (1 + 1e-9), $"{i} envies {j}");
            }
        }
    });

    [Fact]
    public void Divide_OneClaimLies_NeverRunsMoreOfItsTrueTasks() => Instances.Hold(random =>
    {
        (ResourceVector capacity, DrfClaim[] claims) = Draw(random, floors: false);
        int liar = random.Next(claims.Length);
        double honest = Tasks(capacity, claims)[liar];
        for (int lie = 0; lie < 3; lie++)
        {
            ResourceVector claimed = Demand(capacity.Resources, random);
            DrfClaim[] lied = [.. claims];
            lied[liar] = claims[liar] with { Demand = claimed, Ceiling = double.PositiveInfinity };
            double usable = FairnessAudit.Runnable(claims[liar], claimed, Tasks(capacity, lied)[liar]);
            Assert.True(usable <= (honest * (1 + 1e-9)) + 1e-9, $"honest {honest}, lying {usable}");
        }
    });

    [Fact]
    public void Divide_ClaimsShuffled_GivesEverybodyTheSame() => Instances.Hold(random =>
    {
        (ResourceVector capacity, DrfClaim[] claims) = Draw(random, floors: true);
        DrfClaim[] shuffled = [.. claims];
        random.Shuffle(shuffled);
        Dictionary<string, double> other = DominantResourceFairness.Divide(capacity, shuffled).Shares.ToDictionary(s => s.Name, s => s.Tasks);
        foreach (DrfShare share in DominantResourceFairness.Divide(capacity, claims).Shares)
            Assert.Equal(share.Tasks, other[share.Name], 1e-9 * Math.Max(1, share.Tasks));
    });

    [Fact]
    public void Divide_Discrete_IsWithinOneTaskOfTheContinuousShareOfWhoIsServedNext() => Instances.Hold(random =>
    {
        (ResourceVector capacity, DrfClaim[] drawn) = Draw(random, floors: false);
        DrfClaim[] claims = [.. drawn.Select(c => c with { Weight = Math.Max(0.5, c.Weight), Ceiling = Math.Floor(Math.Min(c.Ceiling, 40)) })];
        DiscreteDrfDivision division = DiscreteDrf.Divide(capacity, claims);
        double[] tasks = [.. division.Division.Shares.Select(s => s.Tasks)];
        Assert.True(FairnessAudit.Judge(capacity, claims, tasks).Feasible);
        for (int i = 0; i < claims.Length; i++)
        {
            // Nobody is left waiting for a task that fits.
            bool fits = Enumerable.Range(0, capacity.Resources.Count).All(r =>
                (double)capacity[capacity.Resources.Names[r]] - division.Division.Used[r] + 1e-9 >= (double)claims[i].Demand[capacity.Resources.Names[r]]);
            Assert.True(tasks[i] >= claims[i].Ceiling || !fits, $"{i} could have one more than {tasks[i]}");
        }
    });

    [Fact]
    public void Divide_HierarchicalWithOneLevel_EqualsDiscreteDrf() => Instances.Hold(random =>
    {
        (ResourceVector capacity, DrfClaim[] drawn) = Draw(random, floors: false);
        DrfClaim[] claims = [.. drawn.Select(c => c with { Weight = Math.Max(0.5, c.Weight), Ceiling = random.Next(12) })];
        HierarchicalDrfPool[] pools = [.. claims.Select(c => new HierarchicalDrfPool(c.Name) { Weight = c.Weight, Demand = c.Demand, Tasks = (int)c.Ceiling })];
        DiscreteDrfDivision flat = DiscreteDrf.Divide(capacity, claims);
        IReadOnlyDictionary<string, int> tree = HierarchicalDrf.Divide(capacity, pools);
        foreach (DrfShare share in flat.Division.Shares)
            Assert.Equal((int)share.Tasks, tree[share.Name]);
    });

    private static double[] Tasks(ResourceVector capacity, DrfClaim[] claims) =>
        [.. DominantResourceFairness.Divide(capacity, claims).Shares.Select(s => s.Tasks)];

    private static (ResourceVector Capacity, DrfClaim[] Claims) Draw(Random random, bool floors)
    {
        var set = new ResourceSet(Enumerable.Range(0, random.Next(1, 4)).Select(r => $"r{r}"));
        ResourceVector capacity = set.Vector(set.Names.Select(n => (n, (decimal)random.Next(10, 100))));
        return (capacity, [.. Enumerable.Range(0, random.Next(1, 7)).Select(i => new DrfClaim($"p{i}", Demand(set, random))
        {
            Weight = random.Next(1, 7) / 2.0,
            Floor = floors && random.Next(2) == 0 ? random.Next(6) : 0,
            Ceiling = random.Next(2) == 0 ? double.PositiveInfinity : random.Next(6, 25),
        })]);
    }

    private static ResourceVector Demand(ResourceSet set, Random random)
    {
        decimal[] demand = [.. set.Names.Select(_ => random.Next(9) * 0.5m)];
        if (Array.TrueForAll(demand, d => d == 0))
            demand[random.Next(demand.Length)] = 1;
        return set.Vector(set.Names.Zip(demand));
    }
}
