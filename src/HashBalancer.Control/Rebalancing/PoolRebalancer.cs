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

    private readonly CapacityEstimates _capacities = new(options.Blackout);
    private readonly ChurnBudget _budget = new(options.PlanBudget, options.WindowBudget, options.BudgetWindow);
    private readonly List<(DateTimeOffset At, uint First, uint Last)> _settling = [];
    private DateTimeOffset? _first;
    private DateTimeOffset _last;

    /// <summary>Whether the last plan went by what nodes report of themselves; else by what gateways see of them.</summary>
    public bool IsReported => _capacities.IsReported;

    /// <summary>What the next plan may move, as a part of the key space.</summary>
    public double Budget(DateTimeOffset now) => _budget.Available(now);

    /// <summary>Plans.</summary>
    /// <param name="ring">The pool's ring, its overrides included.</param>
    /// <param name="reading">What was measured.</param>
    /// <param name="now">When; not before the last call's.</param>
    public RebalancePlan Plan(HashRing ring, PoolReading reading, DateTimeOffset now)
    {
        _capacities.Update(reading.Nodes, _first is null ? options.Interval : now - _last);
        _first ??= now;
        _last = now;
        _settling.RemoveAll(s => now - s.At >= options.Dwell);

        var mover = new ArcMover(
            ring, reading.Slices, Standings(ring, reading), arc => !IsSettling(arc),
            _budget.Available(now), options.MostOverrides - ring.Overrides.Length);
        double busiest = mover.Busiest;
        if (now - _first >= options.Blackout)
        {
            double tolerance = _capacities.IsReported ? options.Tolerance : 2 * options.Tolerance;
            mover.Balance(tolerance);
            mover.MakeRoom(tolerance, (int)(options.MostOverrides * CrowdedAbove));
        }

        foreach (ArcMove move in mover.Moves)
            _settling.Add((now, move.First, move.Last));
        var plan = new RebalancePlan([.. mover.Moves], OverrideEdits.Apply(ring.Overrides, mover.Moves), busiest, mover.Busiest);
        _budget.Spend(now, plan.MovedShare);
        return plan;
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
