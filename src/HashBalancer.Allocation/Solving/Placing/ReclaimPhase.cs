namespace HashBalancer.Allocation.Solving.Placing;

/// <summary>Third step: pools below their target take nodes from pools above theirs, within the brakes of a round.</summary>
/// <remarks>
/// <para>The pool with the greatest need takes from the pool that keeps most of its target without its smallest node. A giver keeps its target, or the taker's new
/// ratio stays at or below the giver's (Kueue's rule S2-a), so that nothing ever moves back. A pool below its guarantee takes
/// from any giver that keeps its own.</para>
/// <para>Brakes (Hadoop's): a dead zone around the targets, a limit for a round, pools that opted out, pinned nodes, nodes still on their
/// way, and the giver's MinAvailable.</para>
/// </remarks>
internal sealed class ReclaimPhase
{
    private readonly PlacementState _state;
    private readonly FleetScale _scale;
    private readonly NeedOrder _order;
    private readonly double _deadZone;
    private readonly bool[] _taken;
    private readonly List<int> _takenInOrder = [];
    private int _left;

    public ReclaimPhase(PlacementState state, FleetScale scale, NeedOrder order, AllocatorSettings settings)
    {
        _state = state;
        _scale = scale;
        _order = order;
        _deadZone = settings.DeadZone;
        _taken = new bool[state.Nodes.Count];
        int available = state.Nodes.Available.AsSpan().Count(true);
        _left = Math.Max(1, (int)(settings.ReclaimPerRound * available));
    }

    /// <summary>Whether the limit of a round ended the step while somebody could have taken more.</summary>
    public bool Throttled { get; private set; }

    /// <summary>Takes nodes until nobody below its target finds one; answers whether any moved.</summary>
    public bool Run()
    {
        var takers = new PriorityQueue<int, (Need Need, int Pool)>(_order);
        List<int> givers = [];
        for (int p = 0; p < _state.Tree.Count; p++)
        {
            if (!_state.Tree.IsLeaf(p) || _state.Tree.Specs[p].Frozen)
                continue;
            Enqueue(takers, p);
            if (_state.Tree.Reclaimable[p] && _state.HeldNodes[p] > 0)
                givers.Add(p);
        }

        if (takers.Count == 0)
            return false;
        bool moved = false;
        var order = new GiverQueue(_state, givers, farAbove: 1 + _deadZone + Need.Slack);
        while (takers.TryDequeue(out int taker, out (Need Need, int Pool) place))
        {
            // A pool that gave since then has been enqueued again with what it needs now.
            if (place.Need != Need.Of(_state, taker))
                continue;
            (int node, int giver) = FindNode(taker, place.Need, order);
            if (node < 0)
                continue;
            // A node that changes hands again within the round moves once all the same.
            if (_left == 0 && !_taken[node])
            {
                Throttled = true;
                return moved;
            }

            if (!_taken[node])
            {
                _left--;
                _taken[node] = true;
                _takenInOrder.Add(node);
            }

            moved = true;
            _state.Take(node);
            _state.Give(node, taker);
            order.Changed(giver);
            order.Changed(taker);
            Enqueue(takers, taker);
            Enqueue(takers, giver);
        }

        return moved;
    }

    /// <summary>Gives back what turned out not to be needed: nodes without which their taker still has its target.</summary>
    public void PutBackWhatIsNotNeeded()
    {
        for (int i = _takenInOrder.Count - 1; i >= 0; i--)
        {
            int node = _takenInOrder[i], taker = _state.Owner[node], giver = _state.Nodes.Owner[node];
            if (giver < 0 || taker == giver || !_state.PassesFilter(node, giver) || !_state.FitsMaxima(node, giver))
                continue;
            double kept = _state.HeldUnits[taker] - _state.UnitsOf(node, taker);
            if (!KeepsEnough(taker, kept, guarantee: false))
                continue;
            _state.Take(node);
            _state.Give(node, giver);
        }
    }

    private void Enqueue(PriorityQueue<int, (Need Need, int Pool)> takers, int pool)
    {
        Need need = Need.Of(_state, pool);
        if (need.Tier <= NeedTier.Target)
            takers.Enqueue(pool, (need, pool));
    }

    private (int Node, int Giver) FindNode(int taker, Need need, GiverQueue givers)
    {
        bool guarantee = need.Tier == NeedTier.Guarantee;
        double takerRatio = _state.RatioOf(taker);

        // A giver must keep its target or, by S2-a, at least the ratio that the taker reaches with the smallest node there is.
        double mustKeep = Math.Min(1, (_state.HeldUnits[taker] + _state.SmallestUnitsOf(taker)) / _state.Shares.Units[taker]) * (1 - Need.Slack);
        bool near = !guarantee && takerRatio >= 1 - _deadZone - Need.Slack;
        foreach ((int giver, double keptRatio) in givers.Descending(farAboveOnly: near))
        {
            if (!guarantee && keptRatio < mustKeep)
                return (-1, -1);
            if (giver == taker || _state.HeldNodes[giver] <= _state.Tree.Specs[giver].MinAvailable || (guarantee && !KeepsEnough(giver, _state.HeldUnits[giver] - givers.SmallestNodeOf(giver), guarantee)))
                continue;
            int node = BestNode(taker, need, giver, guarantee);
            if (node >= 0)
                return (node, giver);
        }

        return (-1, -1);
    }

    /// <summary>What a giver holds is a running sum: its rounding must not keep the last node of a pool that wants none.</summary>
    private bool KeepsEnough(int giver, double kept, bool guarantee) =>
        kept >= (guarantee ? _state.Guaranteed(giver) : _state.Shares.Units[giver]) - (Need.Slack * _state.HeldUnits[giver]);

    private int BestNode(int taker, Need need, int giver, bool guarantee)
    {
        NodeFit best = NodeFit.None;
        for (int node = _state.FirstOf(giver); node >= 0; node = _state.Next(node))
        {
            if (!MayLeave(node, giver) || !_state.PassesFilter(node, taker))
                continue;
            var kind = KindFit.Of(_state, _scale, _state.Nodes.Kind[node], taker);
            var fit = new NodeFit(_state, kind, node, taker, need.Missing, _state.Nodes.Since[node]);
            if (!kind.IsUseful || !fit.IsBetterThan(best))
                continue;
            double kept = _state.HeldUnits[giver] - _state.UnitsOf(node, giver);
            if ((KeepsEnough(giver, kept, guarantee) || KeepsOrder(taker, kind.Units, giver, kept)) && _state.FitsMaxima(node, taker))
                best = fit;
        }

        return best.Node;
    }

    /// <summary>Pinned nodes stay, and so do nodes that are still on their way to the giver.</summary>
    private bool MayLeave(int node, int giver) =>
        _state.Nodes.PinnedTo[node] == PlacementState.Nobody && !(_state.Nodes.InTransit[node] && _state.Nodes.Owner[node] == giver);

    /// <summary>S2-a: afterwards the taker still holds no more of its target than the giver, which keeps its guarantee.</summary>
    private bool KeepsOrder(int taker, double gained, int giver, double kept) =>
        KeepsEnough(giver, kept, guarantee: true)
        && (_state.HeldUnits[taker] + gained) / _state.Shares.Units[taker] <= kept / _state.Shares.Units[giver] * (1 + Need.Slack);
}
