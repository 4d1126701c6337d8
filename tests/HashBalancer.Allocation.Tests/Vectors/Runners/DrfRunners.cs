using System.Text.Json;
using HashBalancer.Allocation.Audit;
using HashBalancer.Allocation.Policies.Drf;
using HashBalancer.Allocation.Resources;
using static HashBalancer.Allocation.Tests.Vectors.VectorCase;

namespace HashBalancer.Allocation.Tests.Vectors.Runners;

internal static class DrfRunners
{
    public static object Continuous(VectorCase vector)
    {
        (ResourceVector capacity, DrfClaim[] claims) = Problem(vector);
        return Result(capacity.Resources, DominantResourceFairness.Divide(capacity, claims));
    }

    public static object Discrete(VectorCase vector)
    {
        (ResourceVector capacity, DrfClaim[] claims) = Problem(vector);
        WhenBlocked whenBlocked = Text(vector.Options, "onBlocked") == "stop" ? WhenBlocked.Stop : WhenBlocked.SkipPool;
        DiscreteDrfDivision division = DiscreteDrf.Divide(capacity, claims, whenBlocked);
        Dictionary<string, object> result = Result(capacity.Resources, division.Division);
        result["sequence"] = division.Sequence;
        return result;
    }

    public static object Order(VectorCase vector)
    {
        ResourceSet set = vector.Resources();
        ResourceVector total = Vector(set, vector.Cluster, "resources");
        DrfHolding[] holdings = [.. vector.Pools.Select(p =>
            new DrfHolding(Name(p), Vector(set, p, "allocated"), Number(p, "weight", 1), Whole(p, "allocations", 0)))];
        DrfTieBreak tieBreak = Text(vector.Options, "tieBreak") == "lexicographic" ? DrfTieBreak.Lexicographic : DrfTieBreak.FewerAllocations;
        return new Dictionary<string, object>
        {
            ["order"] = DrfOrder.Sort(total, holdings, tieBreak).Select(h => h.Name).ToList(),
            ["share"] = holdings.ToDictionary(h => h.Name, h => h.ShareOf(total)),
        };
    }

    public static object PropertyCheck(VectorCase vector)
    {
        (ResourceVector capacity, DrfClaim[] claims) = Problem(vector);
        JsonElement allocation = vector.Json.GetProperty("allocation");
        FairnessReport report = FairnessAudit.Judge(capacity, claims, [.. claims.Select(c => Number(allocation, c.Name, 0))]);
        return new Dictionary<string, object>
        {
            ["feasible"] = report.Feasible,
            ["paretoEfficient"] = report.ParetoEfficient,
            ["sharingIncentive"] = report.SharingIncentive,
            ["envyFree"] = report.EnvyFree,
        };
    }

    public static object StrategyProof(VectorCase vector)
    {
        (ResourceVector capacity, DrfClaim[] claims) = Problem(vector);
        int liar = Array.FindIndex(claims, c => c.Name == Text(vector.Options, "liar"));
        double honest = DominantResourceFairness.Divide(capacity, claims).Shares[liar].Tasks;
        double[] usable = [.. List(vector.Options, "lies").Select(lie =>
        {
            ResourceVector claimed = Vector(capacity.Resources, lie);
            DrfClaim[] lied = [.. claims];
            lied[liar] = claims[liar] with { Demand = claimed };
            return FairnessAudit.Runnable(claims[liar], claimed, DominantResourceFairness.Divide(capacity, lied).Shares[liar].Tasks);
        })];
        return new Dictionary<string, object>
        {
            ["honestTasks"] = honest,
            ["usableTasksUnderLie"] = usable,
            ["strategyProof"] = usable.All(tasks => tasks <= honest * (1 + 1e-9)),
        };
    }

    public static (ResourceVector Capacity, DrfClaim[] Claims) Problem(VectorCase vector)
    {
        ResourceSet set = vector.Resources();
        return (Vector(set, vector.Cluster, "resources"), [.. vector.Pools.Select(p => new DrfClaim(Name(p), Vector(set, p, "demand"))
        {
            Weight = Number(p, "weight", 1),
            Floor = Number(p, "minTasks", 0),
            Ceiling = Math.Min(Number(p, "tasks", double.PositiveInfinity), Number(p, "maxTasks", double.PositiveInfinity)),
        })]);
    }

    private static Dictionary<string, object> Result(ResourceSet set, DrfDivision division) => new()
    {
        ["tasks"] = division.Shares.ToDictionary(s => s.Name, s => s.Tasks),
        ["dominantShare"] = division.Shares.ToDictionary(s => s.Name, s => s.DominantShare),
        ["dominantResource"] = division.Shares.ToDictionary(s => s.Name, s => s.DominantResource),
        ["used"] = set.Names.Zip(division.Used).ToDictionary(u => u.First, u => u.Second),
        ["saturated"] = new Unordered(division.UsedUp),
        ["infeasibleFloors"] = division.InfeasibleFloors,
    };
}
