namespace HashBalancer.Allocation.Solving.Placing;

/// <summary>Second step: free nodes go, one at a time, to the pool that needs one most and suits it best.</summary>
/// <remarks>
/// A pool looks at all kinds of free nodes once and keeps the most suitable in a short list, as most pools need nodes of few kinds;
/// it looks again when these are used up. O(kinds) for a pool and O(log pools) for a node.
/// </remarks>
internal sealed class FreeNodePhase
{
    /// <summary>How many kinds a pool remembers: enough for a few shapes in every zone.</summary>
    private const int Remembered = 24;

    private readonly PlacementState _state;
    private readonly FleetScale _scale;
    private readonly NeedOrder _order;
    private readonly int[][] _kinds;
    private readonly int[] _kindUse;

    public FreeNodePhase(PlacementState state, FleetScale scale, NeedOrder order)
    {
        _state = state;
        _scale = scale;
        _order = order;
        _kinds = new int[state.Tree.Count][];
        _kindUse = new int[state.Nodes.Kinds.Count];
    }

    /// <summary>Gives out what is free. Pools that find nothing suitable are left out from then on.</summary>
    public void Run()
    {
        var queue = new PriorityQueue<int, (Need Need, int Pool)>(_state.Tree.Count, _order);
        for (int p = 0; p < _state.Tree.Count; p++)
            Enqueue(p);
        while (queue.TryDequeue(out int pool, out (Need Need, int Pool) place))
        {
            int node = BestFor(pool, place.Need.Missing);
            if (node < 0)
                continue;
            _state.RemoveFree(node);
            _state.Give(node, pool);
            Enqueue(pool);
        }

        void Enqueue(int pool)
        {
            if (!_state.Tree.IsLeaf(pool) || _state.Tree.Specs[pool].Frozen)
                return;
            Need need = Need.Of(_state, pool);
            if (need.Tier != NeedTier.None)
                queue.Enqueue(pool, (need, pool));
        }
    }

    private int BestFor(int pool, double missing)
    {
        if (_state.Tree.Specs[pool].Filter is { Nodes.Count: > 0 } filter)
            return BestOfListed(pool, missing, filter.Nodes);
        int node = BestOf(_kinds[pool], pool, missing);
        if (node >= 0)
            return node;
        _kinds[pool] = MostSuitableKinds(pool);
        return BestOf(_kinds[pool], pool, missing);
    }

    private int BestOfListed(int pool, double missing, IReadOnlyList<string> ids)
    {
        NodeFit? best = null;
        foreach (string id in ids)
        {
            int node = _state.Nodes.IndexOf(id);
            if (node >= 0 && _state.IsFree(node) && _state.PassesFilter(node, pool))
                Consider(node, pool, missing, ref best);
        }

        return best?.Node ?? -1;
    }

    private int BestOf(int[]? kinds, int pool, double missing)
    {
        NodeFit? best = null;
        foreach (int kind in kinds ?? [])
        {
            int node = FirstPassing(kind, pool);
            if (node >= 0)
                Consider(node, pool, missing, ref best);
        }

        return best?.Node ?? -1;
    }

    private void Consider(int node, int pool, double missing, ref NodeFit? best)
    {
        if (NodeFit.Of(_state, _scale, node, pool, missing) is { } fit && (best is null || fit.IsBetterThan(best.Value)) && _state.FitsMaxima(node, pool))
            best = fit;
    }

    private int FirstPassing(int kind, int pool)
    {
        int node = _state.FirstFree(kind);
        if (_state.Tree.Specs[pool].Filter is null)
            return node;
        while (node >= 0 && !_state.PassesFilter(node, pool))
            node = _state.Next(node);
        return node;
    }

    private int[] MostSuitableKinds(int pool)
    {
        var candidates = new List<int>(Remembered);
        for (int kind = 0; kind < _kindUse.Length; kind++)
        {
            int node = _state.IsBarred(kind, pool) ? -1 : FirstPassing(kind, pool);
            if (node < 0 || NodeFit.Of(_state, _scale, node, pool, missing: 0) is not { } fit || !_state.FitsMaxima(node, pool))
                continue;
            _kindUse[kind] = fit.Use;
            candidates.Add(kind);
        }

        // Equal uses by the first node's id: kinds have no order of their own.
        candidates.Sort((a, b) => _kindUse[a] != _kindUse[b] ? _kindUse[b].CompareTo(_kindUse[a]) : _state.FirstFree(a).CompareTo(_state.FirstFree(b)));
        return [.. candidates.Take(Remembered)];
    }
}
