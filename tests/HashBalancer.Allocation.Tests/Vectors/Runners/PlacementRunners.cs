using System.Text.Json;
using HashBalancer.Allocation.Placement;
using HashBalancer.Allocation.Resources;
using static HashBalancer.Allocation.Tests.Vectors.VectorCase;

namespace HashBalancer.Allocation.Tests.Vectors.Runners;

internal static class PlacementRunners
{
    public static object Counts(VectorCase vector)
    {
        NodeCountClaim[] claims = [.. vector.Pools.Select(p => new NodeCountClaim(Name(p))
        {
            Weight = Number(p, "weight", 1),
            Floor = Whole(p, "min", 0),
            Ceiling = Math.Min(Whole(p, "max", int.MaxValue), Whole(p, "request", int.MaxValue)),
            Priority = Whole(p, "priority", 0),
            Current = Whole(p, "current", 0),
        })];
        NodeCountDivision division = NodeCounts.Divide(Whole(vector.Cluster, "nodes", 0), claims);
        return new Dictionary<string, object>
        {
            ["nodes"] = claims.Zip(division.Nodes).ToDictionary(c => c.First.Name, c => c.Second),
            ["idle"] = division.Idle,
            ["nodesMoved"] = division.Moved,
            ["infeasibleFloors"] = division.InfeasibleFloors,
        };
    }

    public static object Assign(VectorCase vector)
    {
        IReadOnlyList<JsonElement> list = List(vector.Cluster, "nodeList");
        ResourceSet set = vector.Resources([.. list.Select(n => Optional(n, "resources")), .. vector.Pools.Select(p => Optional(p, "needs"))]);
        CoverNode[] nodes = [.. list.Select(n => new CoverNode(Name(n), Vector(set, n, "resources"), Text(n, "owner")))];
        CoverNeed[] needs = [.. vector.Pools.Select(p => new CoverNeed(Name(p), Vector(set, p, "needs")))];
        CoverAssignment result = NodeCover.Find(nodes, needs);
        foreach (CoverNeed need in needs.Where(_ => result.Feasible))
        {
            ResourceVector given = nodes.Where(n => result.PoolOf.GetValueOrDefault(n.Id) == need.Pool).Aggregate(set.Vector(), (sum, n) => sum.Plus(n.Resources));
            Assert.True(need.Needs.FitsIn(given), $"{need.Pool} needs {need.Needs} and got {given}");
        }

        return new Dictionary<string, object> { ["feasible"] = result.Feasible, ["minMoves"] = result.Moves, ["nodesUsed"] = result.NodesUsed };
    }
}
