using System.Text.Json;
using HashBalancer.Allocation.Policies.Fair;
using static HashBalancer.Allocation.Tests.Vectors.VectorCase;

namespace HashBalancer.Allocation.Tests.Vectors.Runners;

internal static class FairRunners
{
    public static object MaxMin(VectorCase vector)
    {
        FairClaim[] claims = [.. vector.Pools.Select(p => Claim(p, withRequest: true))];
        FairDivision division = MaxMinFairness.Divide(vector.SingleCapacity, claims);
        return new Dictionary<string, object>
        {
            ["allocation"] = claims.Zip(division.Shares).ToDictionary(c => c.First.Name, c => c.Second),
            ["unallocated"] = division.Unallocated,
            ["infeasibleFloors"] = division.InfeasibleFloors,
        };
    }

    public static object Hierarchical(VectorCase vector) => new Dictionary<string, object>
    {
        ["steady"] = FairTree.Divide(vector.SingleCapacity, Tree(vector, withRequest: false), FairShareKind.Steady),
        ["instantaneous"] = FairTree.Divide(vector.SingleCapacity, Tree(vector, withRequest: true), FairShareKind.Instantaneous),
    };

    private static FairTreePool[] Tree(VectorCase vector, bool withRequest) =>
        [.. vector.Pools.Select(p => new FairTreePool(Claim(p, withRequest), Text(p, "parent"), Flag(p, "active", otherwise: true)))];

    private static FairClaim Claim(JsonElement pool, bool withRequest) => new(Name(pool))
    {
        Weight = Number(pool, "weight", 1),
        Floor = Number(pool, "min", 0),
        Ceiling = Math.Min(Number(pool, "max", double.PositiveInfinity), withRequest ? Number(pool, "request", double.PositiveInfinity) : double.PositiveInfinity),
        Priority = Whole(pool, "priority", 0),
    };
}
