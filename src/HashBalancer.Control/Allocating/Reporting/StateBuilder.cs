using System.Globalization;
using HashBalancer.Allocation.Explaining;
using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Solving;

namespace HashBalancer.Control;

/// <summary>Puts a round into the form that is shown. Pure.</summary>
internal static class StateBuilder
{
    /// <summary>Explanations cost two divisions each: of so many pools, the state has them all.</summary>
    private const int MostExplained = 64;

    /// <summary>What is shown of every pool.</summary>
    public static PoolState[] Pools(FleetInput input, FleetDecision plan, IReadOnlyDictionary<string, SizedPool> sizings)
    {
        ILookup<string, FleetLease> leases = plan.Leases.Where(lease => lease.Pool is not null).ToLookup(lease => lease.Pool!, StringComparer.Ordinal);
        ILookup<string, FleetLease> coming = plan.Leases.Where(lease => lease is { Phase: LeasePhase.Draining, Next: not null }).ToLookup(lease => lease.Next!, StringComparer.Ordinal);
        Dictionary<string, PoolSpec> specs = input.Pools.ToDictionary(pool => pool.Name, StringComparer.Ordinal);
        HashSet<string> up = [.. input.Nodes.Where(node => node.Available).Select(node => node.Id)];
        Dictionary<string, double> demands = input.Demands.ToDictionary(demand => demand.Pool, demand => demand.Units, StringComparer.Ordinal);
        bool explains = input.Services.Count <= MostExplained;
        return [.. input.Services.Keys.Order(StringComparer.Ordinal).Select(name =>
        {
            PoolSpec spec = specs[name];
            PoolAllocation? due = plan.Allocation?.Of(name);
            PoolExplanation? why = explains ? plan.Allocation?.Explain(name) : null;
            SizedPool sizing = sizings.GetValueOrDefault(name, new SizedPool(null, null, IsStale: true));
            FleetLease[] own = [.. leases[name]];
            int serving = own.Count(lease => lease.Serves && up.Contains(lease.Node));
            int leaving = own.Count(lease => lease.Phase is LeasePhase.Draining);
            int arriving = own.Count(lease => lease.Phase is LeasePhase.Starting or LeasePhase.Warming) + coming[name].Count();
            bool isFrozen = spec.Frozen && !sizing.IsStale;
            var state = new PoolState(
                name, spec.Parent, spec.Weight, spec.Priority, Units(spec, spec.Guaranteed) ?? 0, Units(spec, spec.Maximum), demands.GetValueOrDefault(name),
                due?.Target, serving + arriving, serving, arriving, leaving, due?.Shortage ?? 0, sizing.IsStale, isFrozen, spec.Reclaimable,
                why?.Limit, why?.LimitedBy is { Length: > 0 } by ? by : null, "", sizing.Need, sizing.Traffic,
                why?.Borrowed ?? 0, why?.Lent ?? 0, why?.Lenders ?? [], why?.Borrowers ?? [],
                plan.Waiting.FirstOrDefault(move => move.From == name || move.To == name));
            return state with { Reason = Reason(state, own, plan) };
        })];
    }

    /// <summary>Units that an amount of resources is good for; null when none of those that a unit takes is limited.</summary>
    private static double? Units(PoolSpec pool, IReadOnlyDictionary<string, decimal> amounts)
    {
        double? units = null;
        foreach ((string resource, decimal demand) in pool.UnitDemand)
        {
            if (demand > 0 && amounts.TryGetValue(resource, out decimal amount))
                units = Math.Min(units ?? double.PositiveInfinity, (double)(amount / demand));
        }

        return units;
    }

    private static string Reason(PoolState pool, FleetLease[] leases, FleetDecision plan)
    {
        List<string> parts = [];
        if (pool.IsStale)
            parts.Add("keeps what it has: its traffic is not known at present");
        else if (pool.IsFrozen)
            parts.Add("keeps what it has: it is frozen");
        else if (plan.Fault is not null)
            parts.Add("keeps what it has: no division could be made");
        else if (plan.Allocation is null)
            parts.Add("the fleet has no node");
        else
            parts.Add(Limit(pool));
        if (pool.Borrowed > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{pool.Borrowed:0.##} beyond its guarantee{(pool.Lenders.Count > 0 ? $", left unused by {string.Join(", ", pool.Lenders.Select(lender => lender.Pool))}" : "")}"));
        if (pool.Lent > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"lends {pool.Lent:0.##} of its guarantee"));
        if (pool is { Target: { } target } && pool.Serving > target + 1e-9 && pool.Leaving == 0)
            parts.Add("has more than it is due, which nobody else asks for");
        if (pool.NextMove is { } next)
            parts.Add($"next, {next.Node} {(next.To == pool.Name ? $"comes from {next.From ?? "the free ones"}" : $"goes to {next.To ?? "the free ones"}")}, after {next.Reason}");
        foreach ((string node, LeaseRefusal refusal) in plan.Leases.SelectMany(lease => lease.Refusals.Select(refusal => (lease.Node, refusal))).Where(one => one.refusal.Pool == pool.Name).Take(3))
            parts.Add($"{node} is not tried: {refusal.Reason}");
        foreach (FleetLease lease in leases.Where(lease => lease.Phase is LeasePhase.Starting or LeasePhase.Warming).Take(3))
            parts.Add($"{lease.Node} is {(lease.Phase == LeasePhase.Starting ? "starting" : "being warmed")}");
        return string.Join("; ", parts);
    }

    private static string Limit(PoolState pool) => pool.Limit switch
    {
        null => "as divided",
        BindingLimit.Satisfied => "has what it wants",
        BindingLimit.OwnMaximum => $"is at its own maximum of {pool.LimitedBy}",
        BindingLimit.ParentMaximum => $"is limited by the maximum {pool.LimitedBy} above it",
        BindingLimit.FleetResource => $"would have more, but all {pool.LimitedBy} of the fleet are shared out",
        BindingLimit.QueueOrder => $"waits for those that {pool.LimitedBy} serves before it",
        BindingLimit.NoSuitableNode => "is due more, but no node that it may have is free or may be taken",
        BindingLimit.RoundLimit => "is due more, and gets it in a later round",
        BindingLimit.Frozen => "keeps what it has",
        _ => "as divided",
    };
}

/// <summary>How a pool was sized.</summary>
/// <param name="Need">What it wants; null while its traffic was never known.</param>
/// <param name="Traffic">What was measured; null while it is not known.</param>
/// <param name="IsStale">Whether it is not known at present.</param>
internal sealed record SizedPool(PoolNeed? Need, PoolTraffic? Traffic, bool IsStale);
