using System.Collections.Concurrent;

namespace HashBalancer.Control;

/// <summary>A plan of this gateway, leading, with what came of it.</summary>
/// <param name="At">When it was made.</param>
/// <param name="Version">The assignment that it became; 0: it was only observed.</param>
/// <param name="Moves">Its moves, in the order they were chosen; the first hundred.</param>
/// <param name="MovedShare">The part of the key space that it moves.</param>
/// <param name="Busiest">The busiest node's utilisation over the mean before it.</param>
/// <param name="Predicted">The same after it, as expected.</param>
/// <param name="Observed">The same as measured once the plan had been in force for as long as measurements go back; null until then.</param>
public sealed record FollowedPlan(
    DateTimeOffset At, long Version, IReadOnlyList<ArcMove> Moves, double MovedShare, double Busiest, double Predicted, double? Observed);

/// <summary>The latest plans of each pool.</summary>
/// <remarks>Thread-safe; bounded: twenty plans a pool.</remarks>
public sealed class RebalancingHistory
{
    private const int MostPlans = 20;
    private const int MostMoves = 100;

    private readonly ConcurrentDictionary<string, FollowedPlan[]> _plans = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A pool's plans, the last one first.</summary>
    public IReadOnlyList<FollowedPlan> Of(string pool) => _plans.TryGetValue(pool, out FollowedPlan[]? plans) ? plans : [];

    /// <summary>Notes a plan. One that is only observed takes the place of the one observed before: it is made anew at every interval.</summary>
    internal void Add(string pool, RebalancePlan plan, long version, DateTimeOffset at)
    {
        var followed = new FollowedPlan(at, version, [.. plan.Moves.Take(MostMoves)], plan.MovedShare, plan.Busiest, plan.PredictedBusiest, Observed: null);
        _plans.AddOrUpdate(pool, [followed], (_, before) => [followed, .. before.Skip(version == 0 && before[0].Version == 0 ? 1 : 0).Take(MostPlans - 1)]);
    }

    /// <summary>Notes a measurement: what came of the plans that were in force for as long as it goes back.</summary>
    internal void Measured(string pool, double busiest, DateTimeOffset at, TimeSpan window)
    {
        if (!_plans.TryGetValue(pool, out FollowedPlan[]? plans) || !Array.Exists(plans, plan => IsDue(plan)))
            return;
        _plans[pool] = [.. plans.Select(plan => IsDue(plan) ? plan with { Observed = busiest } : plan)];

        bool IsDue(FollowedPlan plan) => plan.Observed is null && at - plan.At >= window;
    }
}
