using System.Text.Json;
using HashBalancer.Allocation.Reclaim;
using HashBalancer.Allocation.Reclaim.Cohorts;
using HashBalancer.Allocation.Reclaim.Proportional;
using HashBalancer.Allocation.Resources;
using static HashBalancer.Allocation.Tests.Vectors.VectorCase;

namespace HashBalancer.Allocation.Tests.Vectors.Runners;

internal static class ReclaimRunners
{
    public static object Proportional(VectorCase vector)
    {
        ReclaimPool[] pools = [.. vector.Pools.Select(p => new ReclaimPool(Name(p), (long)Number(p, "guaranteed", 0), Text(p, "parent"))
        {
            Maximum = (long)Number(p, "max", long.MaxValue),
            Used = (long)Number(p, "used", 0),
            Pending = (long)Number(p, "pending", 0),
            Priority = Whole(p, "priority", 0),
            Reclaimable = !Flag(p, "disablePreemption"),
        })];
        var throttle = new ReclaimThrottle
        {
            DeadZone = Number(vector.Options, "maxIgnoredOverCapacity", 0.1),
            NaturalTermination = Number(vector.Options, "naturalTermination", 0.2),
            TotalPerRound = Number(vector.Options, "totalPerRound", 0.1),
        };
        return new Dictionary<string, object> { ["preempt"] = ProportionalReclaim.Plan((long)vector.SingleCapacity, pools, throttle) };
    }

    public static object CohortShare(VectorCase vector)
    {
        (ResourceSet set, CohortTree tree) = Tree(vector);
        foreach (JsonElement pool in vector.Pools)
        {
            if (pool.TryGetProperty("used", out JsonElement used))
                tree.Add(Name(pool), Vector(set, used));
        }

        string? incomingPool = Text(vector.Options, "incomingPool");
        ResourceVector incoming = Vector(set, vector.Options, "incoming");
        return new Dictionary<string, object>
        {
            ["shares"] = tree.Names.ToDictionary(name => name, name =>
            {
                BorrowedShare share = tree.ShareOf(name, name == incomingPool ? incoming : null);
                return (object)new Dictionary<string, object>
                {
                    ["weightedShare"] = share.Rounded is { } rounded ? rounded : "unlimited",
                    ["dominantResource"] = share.DominantResource,
                    ["borrowing"] = share.Borrowing,
                };
            }),
        };
    }

    public static object CohortPreemption(VectorCase vector)
    {
        (ResourceSet set, CohortTree tree) = Tree(vector);
        Lease[] admitted = [.. List(vector.Json, "admitted").Select(l => new Lease(
            Name(l), Text(l, "pool")!, Vector(set, l, "request"), Whole(l, "priority", 0), (long)Number(l, "admittedAt", Number(l, "at", 0))))];
        foreach (Lease lease in admitted)
            tree.Add(lease.Pool, lease.Request);
        JsonElement incoming = vector.Json.GetProperty("incoming");
        FairShareRule[]? rules = List(vector.Options, "strategies") is { Count: > 0 } strategies
            ? [.. strategies.Select(s => s.GetString() == "finalShare" ? FairShareRule.AtMostFinalShare : FairShareRule.BelowInitialShare)]
            : null;
        IReadOnlyList<Lease> victims = CohortReclaim.Victims(
            tree, admitted, new Lease("incoming", Text(incoming, "pool")!, Vector(set, incoming, "request"), Whole(incoming, "priority", 0)), rules);
        return new Dictionary<string, object> { ["preempted"] = new Unordered(victims.Select(v => v.Name)) };
    }

    private static (ResourceSet Set, CohortTree Tree) Tree(VectorCase vector)
    {
        IEnumerable<JsonElement> requests = List(vector.Json, "admitted").Select(l => Optional(l, "request"));
        ResourceSet set = vector.Resources([.. vector.Pools.SelectMany(p => new[] { Optional(p, "nominal"), Optional(p, "used") }), .. requests, Optional(Optional(vector.Json, "incoming"), "request"), Optional(vector.Options, "incoming")]);
        return (set, new CohortTree(set, [.. vector.Pools.Select(p => new CohortPool(Name(p), Vector(set, p, "nominal"), Text(p, "parent"))
        {
            IsCohort = Flag(p, "cohort"),
            Weight = Number(p, "weight", 1),
            LendingLimit = Limits(p, "lendingLimit"),
            BorrowingLimit = Limits(p, "borrowingLimit"),
            WithinPool = From(Text(p, "withinPool")),
            FromOthers = From(Text(p, "reclaim")),
        })]));
    }

    private static Dictionary<string, decimal> Limits(JsonElement pool, string name) =>
        Optional(pool, name) is { ValueKind: JsonValueKind.Object } limits ? limits.EnumerateObject().ToDictionary(l => l.Name, l => Exact(l.Value)) : [];

    private static ReclaimFrom From(string? name) => name switch
    {
        null or "never" => ReclaimFrom.Never,
        "lowerPriority" => ReclaimFrom.LowerPriority,
        "any" => ReclaimFrom.Any,
        _ => throw new FormatException($"'{name}' is not known."),
    };
}
