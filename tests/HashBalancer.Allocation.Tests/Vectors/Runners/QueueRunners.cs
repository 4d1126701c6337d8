using System.Text.Json;
using HashBalancer.Allocation.Policies.Capacity;
using HashBalancer.Allocation.Policies.Drf;
using HashBalancer.Allocation.Policies.Fifo;
using HashBalancer.Allocation.Resources;
using static HashBalancer.Allocation.Tests.Vectors.VectorCase;
using CapacityUserLimit = HashBalancer.Allocation.Policies.Capacity.UserLimit;

namespace HashBalancer.Allocation.Tests.Vectors.Runners;

internal static class QueueRunners
{
    public static object Fifo(VectorCase vector) => Jobs(vector, JobOrder.Fifo);

    public static object Priority(VectorCase vector) => Jobs(vector, JobOrder.Priority);

    public static object Capacity(VectorCase vector)
    {
        CapacityPool[] pools = [.. vector.Pools.Select(p => new CapacityPool(Name(p), Number(p, "guaranteed", 0), Text(p, "parent"))
        {
            Maximum = Number(p, "max", double.PositiveInfinity),
            Request = Number(p, "request", double.PositiveInfinity),
            Priority = Whole(p, "priority", 0),
        })];
        IReadOnlyDictionary<string, CapacityShare> shares = CapacityTree.Divide(vector.SingleCapacity, pools);
        return new Dictionary<string, object>
        {
            ["allocation"] = shares.ToDictionary(s => s.Key, s => s.Value.Share),
            ["borrowed"] = shares.ToDictionary(s => s.Key, s => s.Value.Borrowed),
        };
    }

    public static object UserLimit(VectorCase vector)
    {
        JsonElement o = vector.Options;
        return new Dictionary<string, object>
        {
            ["userLimit"] = CapacityUserLimit.Of(
                Number(o, "queueCapacity", 0), Number(o, "queueUsed", 0), Whole(o, "activeUsers", 1), Number(o, "minimumUserLimitPercent", 100), Number(o, "userLimitFactor", 1)),
        };
    }

    public static object Hierarchical(VectorCase vector)
    {
        ResourceSet set = vector.Resources();
        HierarchicalDrfPool[] pools = [.. vector.Pools.Select(p => new HierarchicalDrfPool(Name(p), Text(p, "parent"))
        {
            Weight = Number(p, "weight", 1),
            Demand = p.TryGetProperty("demand", out JsonElement demand) ? Vector(set, demand) : null,
            Tasks = Whole(p, "tasks", int.MaxValue),
        })];
        return new Dictionary<string, object> { ["tasks"] = HierarchicalDrf.Divide(Vector(set, vector.Cluster, "resources"), pools) };
    }

    private static Dictionary<string, object> Jobs(VectorCase vector, JobOrder order)
    {
        ResourceSet set = vector.Resources();
        QueuedJob[] jobs = [.. vector.Pools.Select((p, i) =>
            new QueuedJob(Name(p), Vector(set, p, "demand"), Whole(p, "tasks", int.MaxValue), (long)Number(p, "submit", i), Whole(p, "priority", 0)))];
        HeadOfLine headOfLine = Text(vector.Options, "headOfLine") == "backfill" ? HeadOfLine.Backfill : HeadOfLine.Strict;
        JobDivision division = JobQueue.Divide(Vector(set, vector.Cluster, "resources"), jobs, order, headOfLine);
        return new Dictionary<string, object>
        {
            ["order"] = division.Order,
            ["tasks"] = jobs.Zip(division.Tasks).ToDictionary(j => j.First.Name, j => j.Second),
        };
    }
}
