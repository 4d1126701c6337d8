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
        ["property-check"] = DrfRunners.PropertyCheck,
        ["strategy-proof"] = DrfRunners.StrategyProof,
    };
}
