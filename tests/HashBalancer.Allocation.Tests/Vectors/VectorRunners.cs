using HashBalancer.Allocation.Tests.Vectors.Runners;

namespace HashBalancer.Allocation.Tests.Vectors;

/// <summary>Which code solves which kind of case.</summary>
internal static class VectorRunners
{
    public static IReadOnlyDictionary<string, Func<VectorCase, object>> ByPolicy { get; } = new Dictionary<string, Func<VectorCase, object>>(StringComparer.Ordinal)
    {
        ["maxmin"] = FairRunners.MaxMin,
        ["fair-hier"] = FairRunners.Hierarchical,
        ["drf"] = DrfRunners.Continuous,
        ["drf-discrete"] = DrfRunners.Discrete,
        ["drf-order"] = DrfRunners.Order,
        ["hdrf"] = QueueRunners.Hierarchical,
        ["fifo"] = QueueRunners.Fifo,
        ["priority"] = QueueRunners.Priority,
        ["capacity"] = QueueRunners.Capacity,
        ["user-limit"] = QueueRunners.UserLimit,
        ["capacity-preempt"] = ReclaimRunners.Proportional,
        ["kueue-share"] = ReclaimRunners.CohortShare,
        ["kueue-preempt"] = ReclaimRunners.CohortPreemption,
        ["offers"] = OfferRunners.Offers,
        ["delay"] = RequestRunners.Delay,
        ["delay-bound"] = RequestRunners.DelayBound,
        ["spill"] = RequestRunners.Spill,
        ["admission"] = RequestRunners.Admission,
        ["heft"] = PlanRunners.Heft,
        ["list"] = PlanRunners.ListSchedule,
        ["migration"] = PlanRunners.Migration,
        ["node-count"] = PlacementRunners.Counts,
        ["node-assign"] = PlacementRunners.Assign,
        ["sizing/little"] = SizingRunners.Little,
        ["sizing/erlang-c"] = SizingRunners.ErlangCServers,
        ["sizing/erlang-c-value"] = SizingRunners.ErlangCValue,
        ["sizing/sqrt"] = SizingRunners.SquareRoot,
        ["sizing/zones"] = SizingRunners.Zones,
        ["sizing/hpa"] = SizingRunners.Replicas,
        ["sizing/hpa-limit"] = SizingRunners.Limit,
        ["sizing/hpa-stabilise"] = SizingRunners.Stabilise,
        ["sizing/keda"] = SizingRunners.Keda,
        ["sizing/pool"] = SizingRunners.Pool,
        ["property-check"] = DrfRunners.PropertyCheck,
        ["strategy-proof"] = DrfRunners.StrategyProof,
    };
}
