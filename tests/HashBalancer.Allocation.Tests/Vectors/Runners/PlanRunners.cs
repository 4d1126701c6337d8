using System.Text.Json;
using HashBalancer.Allocation.Plans.Migration;
using HashBalancer.Allocation.Plans.Scheduling;
using HashBalancer.Allocation.Tests.Oracles;
using static HashBalancer.Allocation.Tests.Vectors.VectorCase;
using HeftScheduler = HashBalancer.Allocation.Plans.Scheduling.Heft;

namespace HashBalancer.Allocation.Tests.Vectors.Runners;

internal static class PlanRunners
{
    public static object Heft(VectorCase vector)
    {
        HeftTask[] tasks = [.. List(vector.Json, "tasks").Select(t => new HeftTask(Name(t), [.. List(t, "cost").Select(Number)]))];
        IReadOnlyList<HeftPlacement> placements = HeftScheduler.Schedule(tasks, Edges(vector));
        return new Dictionary<string, object>
        {
            ["makespan"] = placements.Max(p => p.Finish),
            ["rankUp"] = placements.ToDictionary(p => p.Name, p => p.RankUp),
            ["placement"] = placements.ToDictionary(p => p.Name, p => new Dictionary<string, object>
            {
                ["processor"] = p.Processor,
                ["start"] = p.Start,
                ["finish"] = p.Finish,
            }),
        };
    }

    public static object ListSchedule(VectorCase vector)
    {
        int machines = Whole(vector.Cluster, "machines", 1);
        ListTask[] tasks = [.. List(vector.Json, "tasks").Select(t => new ListTask(Name(t), Number(t, "duration", 0)))];
        TaskEdge[] edges = Edges(vector);
        ListSchedule schedule = ListScheduler.Schedule(machines, tasks, edges);
        double optimum = OptimalMakespan.Of(machines, tasks, edges);
        Assert.True(schedule.Makespan <= 1.25 * optimum, $"The makespan is {schedule.Makespan}, the optimum {optimum}.");
        return new Dictionary<string, object>
        {
            ["order"] = schedule.Order,
            ["start"] = schedule.Start,
            ["makespan"] = schedule.Makespan,
            ["lowerBound"] = schedule.LowerBound,
            ["optimalMakespan"] = optimum,
        };
    }

    public static object Migration(VectorCase vector)
    {
        MigrationPool[] pools = [.. vector.Pools.Select(p => new MigrationPool(Name(p), Whole(p, "nodes", 0))
        {
            MinAvailable = Whole(p, "minAvailable", 0),
            MaxUnavailable = Whole(p, "maxUnavailable", int.MaxValue),
            Priority = Whole(p, "priority", 0),
        })];
        Move[] moves = [.. List(vector.Json, "moves").Select(m => new Move(
            Text(m, "node")!, Text(m, "from"), Text(m, "to"), Seconds(m, "drain"), Seconds(m, "reassign"), Seconds(m, "warm"), Text(m, "zone") ?? ""))];
        var limits = new MigrationLimits(Whole(vector.Options, "maxConcurrent", int.MaxValue), Whole(vector.Options, "maxPerZone", int.MaxValue));
        MigrationPlan plan = MigrationPlanner.Plan(pools, moves, limits);
        return new Dictionary<string, object>
        {
            ["order"] = plan.Considered.Select(m => m.Node).ToList(),
            ["start"] = plan.Moves.ToDictionary(m => m.Move.Node, m => m.Start.TotalSeconds),
            ["finish"] = plan.Finish.TotalSeconds,
            ["blocked"] = new Unordered(plan.Blocked.Select(m => m.Node)),
            ["lowestAvailable"] = plan.LowestAvailable,
        };
    }

    private static TaskEdge[] Edges(VectorCase vector) =>
        [.. List(vector.Json, "edges").Select(e => new TaskEdge(Text(e, "from")!, Text(e, "to")!, Number(e, "comm", 0)))];

    private static TimeSpan Seconds(JsonElement move, string step) => TimeSpan.FromSeconds(Number(move, step, 0));
}
