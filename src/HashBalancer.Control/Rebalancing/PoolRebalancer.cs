using System.Collections.Frozen;
using System.Collections.Immutable;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>Plans for one pool, again and again: keeps what a plan must know of those before it.</summary>
/// <remarks>
/// A function of its readings and their times alone: no clock, no chance. A new leader begins with a new one, which moves nothing for
/// <see cref="RebalancingOptions.Blackout"/> and finds the overrides of the leader before it in the ring. Not thread-safe.
/// </remarks>
internal sealed class PoolRebalancer(RebalancingOptions options)
{
    /// <summary>Once so much of the table is taken, arcs that carry next to nothing go home.</summary>
    private const double CrowdedAbove = 0.5;

    /// <summary>Part of the tolerance that nodes are kept within while averages still reach further back with each plan: what is found out then is worth a move.
    /// Once they do not, what strays by less than the tolerance is mostly chance, and would move arcs to and fro (decision 0024).</summary>
    private const double WhileLearning = 0.6;

    /// <summary>A node that restarts finds its arcs again; one that is away for longer has left.</summary>
    private static readonly TimeSpan LongAbsence = TimeSpan.FromMinutes(10);

    private readonly CapacityEstimates _capacities = new(options.Blackout);
    private readonly ChurnBudget _budget = new(options.PlanBudget, options.WindowBudget, options.BudgetWindow);
    private readonly List<(DateTimeOffset At, uint First, uint Last)> _settling = [];
    private readonly HotKeyPlanner _hotKeys = new();
    private readonly Dictionary<string, DateTimeOffset> _absent = new(StringComparer.Ordinal);
    private double _handOverStep;
    private DateTimeOffset? _first;
    private DateTimeOffset _last;

    /// <summary>Whether the last plan went by what nodes report of themselves; else by what gateways see of them.</summary>
    public bool IsReported => _capacities.IsReported;

    /// <summary>What the next plan may move, as a part of the key space.</summary>
    public double Budget(DateTimeOffset now) => _budget.Available(now);

    /// <summary>Plans.</summary>
    /// <param name="pool">What is in force: the pool's ring, its overrides included, the keys shared, and who is to leave.</param>
    /// <param name="reading">What was measured.</param>
    /// <param name="now">When; not before the last call's.</param>
    /// <param name="ordered">Arcs that operators have given to nodes: they stay, and are none of the plan's.</param>
    public RebalancePlan Plan(RebalancingState pool, PoolReading reading, DateTimeOffset now, ImmutableArray<RingOverride> ordered = default)
    {
        ImmutableArray<RingOverride> fixedArcs = ordered.IsDefault ? [] : ordered;
        HashRing ring = pool.Ring;
        if (_first is null)
            _budget.IsOfANewPool = OverrideEdits.Without(ring.Overrides, fixedArcs).IsEmpty;
        TimeSpan elapsed = _first is null ? options.Interval : now - _last;
        _capacities.Update(reading.Nodes, elapsed);
        ImmutableArray<SharedKey>? hotKeys = _hotKeys.Next(reading.HotKeys, ring.ServingCount, elapsed, pool.AgreedHotKeys);
        _first ??= now;
        _last = now;
        _settling.RemoveAll(s => now - s.At >= options.Dwell);

        ImmutableArray<RingOverride> tidied = OverrideEdits.Without(WithoutLost(OverrideEdits.Tidy(ring.Overrides, ring), ring, now), fixedArcs);
        NodeStanding[] all = [.. Standings(ring, reading)];
        var mover = new ArcMover(
            ring, reading.Slices, all.Where(n => !pool.Leaving.Contains(n.Id)), arc => !IsSettling(arc) && !fixedArcs.Any(one => one.First <= arc.Last && arc.First <= one.Last),
            _budget.Available(now), options.MostOverrides - tidied.Length, all.Where(n => pool.Leaving.Contains(n.Id)).Sum(n => n.Load));
        double busiest = mover.Busiest;
        if (now - _first >= options.Blackout)
        {
            double tolerance = _capacities.IsReported ? options.Tolerance : 2 * options.Tolerance;
            HandOver(mover, pool, reading, tolerance);
            mover.Balance(reading.IsYoung ? WhileLearning * tolerance : tolerance);
            mover.MakeRoom(tolerance, (int)(options.MostOverrides * CrowdedAbove));
        }

        foreach (ArcMove move in mover.Moves)
            _settling.Add((now, move.First, move.Last));
        var plan = new RebalancePlan([.. mover.Moves], OverrideEdits.Apply(tidied, mover.Moves), busiest, mover.Busiest) { HotKeys = hotKeys };
        // What a node hands over would move at once when it goes: it is spread over time, and takes nothing from the budget.
        _budget.Spend(now, mover.Moves.Where(m => m.Reason != ArcMoveReason.HandOver).Sum(m => m.Share));
        return plan;
    }

    private void HandOver(ArcMover mover, RebalancingState pool, PoolReading reading, double tolerance)
    {
        HashSet<int> leaving = [.. pool.Leaving.Select(id => pool.Ring.TryGetSlot(id, out int slot) ? slot : -1).Where(slot => slot >= 0)];
        if (leaving.Count == 0)
        {
            _handOverStep = 0;
            return;
        }

        HashRing after = pool.Ring.WithMembers(pool.Members.Where(m => !pool.Leaving.Contains(m.Id)));
        if (after.ServingCount == 0)
            return;
        ArcLoad[] arcs = [.. ArcLoad.Of(pool.Ring, after, reading.Slices).Where(a => leaving.Contains(a.Owner))];
        double share = arcs.Sum(a => a.Share);
        // In as many steps as half of the time allows: a node that begins to drain meanwhile, and a change of leader, take the other half.
        _handOverStep = Math.Max(_handOverStep, share / Math.Max(1, options.HandOverTime / 2 / options.Interval));
        mover.HandOver(arcs, slot => pool.Ring.MemberAt(slot)!.Value.Id, tolerance, _handOverStep);
    }

    /// <summary>The overrides without those whose nodes have been away for long: they rest, and take others' room.</summary>
    private ImmutableArray<RingOverride> WithoutLost(ImmutableArray<RingOverride> overrides, HashRing ring, DateTimeOffset now)
    {
        HashSet<string> absent = [.. overrides.Select(o => o.NodeId).Distinct(StringComparer.Ordinal).Where(id => !ring.TryGetSlot(id, out _))];
        foreach (string back in _absent.Keys.Where(id => !absent.Contains(id)).ToArray())
            _absent.Remove(back);
        foreach (string id in absent)
            _absent.TryAdd(id, now);
        return absent.Count == 0 ? overrides : overrides.RemoveAll(o => _absent.TryGetValue(o.NodeId, out DateTimeOffset since) && now - since >= LongAbsence);
    }

    /// <summary>Who may give and take. A node that came just now does neither: its cache is cold, and its figures say so.</summary>
    private IEnumerable<NodeStanding> Standings(HashRing ring, PoolReading reading)
    {
        foreach (NodeReading node in reading.Nodes)
        {
            if (node.Age < options.Blackout || !ring.TryGetSlot(node.Id, out int slot) || !(ring.MemberAt(slot)!.Value.Weight > 0))
                continue;
            // Requests come as a Poisson number does: so many in the window, and its root more or less.
            double load = node.ArcRate + node.SharedRate, seen = load * reading.Window.TotalSeconds;
            yield return new NodeStanding(slot, node.Id, _capacities.Of(node), load, 1 / Math.Sqrt(Math.Max(1, seen)));
        }
    }

    private bool IsSettling(ArcLoad arc) => _settling.Exists(s => s.First <= arc.Last && arc.First <= s.Last);
}

/// <summary>What of a pool is in force while a plan is made.</summary>
/// <param name="Ring">The ring, its overrides included.</param>
internal sealed record RebalancingState(HashRing Ring)
{
    /// <summary>The nodes that drain and serve on until their arcs are handed over.</summary>
    public ImmutableHashSet<string> Leaving { get; init; } = [];

    /// <summary>The keys that the leader has all gateways share; null before its first word.</summary>
    public FrozenDictionary<ulong, int>? AgreedHotKeys { get; init; }

    /// <summary>The ring's members.</summary>
    public IEnumerable<RingMember> Members => Enumerable.Range(0, Ring.SlotCount).Select(Ring.MemberAt).OfType<RingMember>();

    /// <summary>A snapshot's.</summary>
    public static RebalancingState Of(PoolSnapshot pool) => new(pool.Ring) { Leaving = pool.Leaving, AgreedHotKeys = pool.AgreedHotKeys };
}
