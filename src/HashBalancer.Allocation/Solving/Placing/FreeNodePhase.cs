namespace HashBalancer.Allocation.Solving.Placing;

/// <summary>Second step: free nodes go, one at a time, to the pool that needs one most and suits it best.</summary>
/// <remarks>
/// A pool looks at all kinds of free nodes once and keeps the most suitable in a list, out of which it strikes what is used up; only
/// where there are more kinds than it keeps does it look again. O(kinds) for a pool, and for a node O(log pools + kinds as good).
/// </remarks>
internal sealed class FreeNodePhase
{
    /// <summary>How many kinds a pool remembers: enough for many shapes in every zone, little enough for 10,000 pools.</summary>
    private const int Remembered = 256;

    private readonly PlacementState _state;
    private readonly FleetScale _scale;
    private readonly NeedOrder _order;
    private readonly SuitableKinds?[] _suitable;
    private readonly List<KindFit> _fits = [];
    private int[] _freeKinds = [];

    public FreeNodePhase(PlacementState state, FleetScale scale, NeedOrder order)
    {
        _state = state;
        _scale = scale;
        _order = order;
        _suitable = new SuitableKinds?[state.Tree.Count];
    }

    /// <summary>Gives out what is free. Pools that find nothing suitable are left out from then on.</summary>
    public void Run()
    {
        // Ordered by the first node of each: kinds have no order of their own.
        _freeKinds = [.. Enumerable.Range(0, _state.Nodes.Kinds.Count).Where(k => _state.FirstFree(k) >= 0).OrderBy(_state.FirstFree)];
        if (_freeKinds.Length == 0)
            return;
        var queue = new PriorityQueue<int, (Need Need, int Pool)>(_state.Tree.Count, _order);
        for (int p = 0; p < _state.Tree.Count; p++)
            Enqueue(queue, p);
        while (queue.TryDequeue(out int pool, out (Need Need, int Pool) place))
        {
            int node = BestFor(pool, place.Need.Missing);
            if (node < 0)
                continue;
            _state.RemoveFree(node);
            _state.Give(node, pool);
            Enqueue(queue, pool);
        }
    }

    private void Enqueue(PriorityQueue<int, (Need Need, int Pool)> queue, int pool)
    {
        if (!_state.Tree.IsLeaf(pool) || _state.Tree.Specs[pool].Frozen)
            return;
        Need need = Need.Of(_state, pool);
        if (need.Tier != NeedTier.None)
            queue.Enqueue(pool, (need, pool));
    }

    private int BestFor(int pool, double missing)
    {
        if (_state.Tree.Specs[pool].Filter is { Nodes.Count: > 0 } filter)
            return BestOfListed(pool, missing, filter.Nodes);
        SuitableKinds kinds = _suitable[pool] ??= MostSuitableKinds(pool);
        int node = BestOf(kinds, pool, missing);
        if (node >= 0 || !kinds.IsTruncated)
            return node;
        _suitable[pool] = MostSuitableKinds(pool);
        return BestOf(_suitable[pool]!, pool, missing);
    }

    private int BestOfListed(int pool, double missing, IReadOnlyList<string> ids)
    {
        NodeFit best = NodeFit.None;
        foreach (string id in ids)
        {
            int node = _state.Nodes.IndexOf(id);
            if (node < 0 || !_state.IsFree(node) || !_state.PassesFilter(node, pool) || !_state.FitsMaxima(node, pool))
                continue;
            var kind = KindFit.Of(_state, _scale, _state.Nodes.Kind[node], pool);
            var fit = new NodeFit(_state, kind, node, pool, missing);
            if (kind.IsUseful && fit.IsBetterThan(best))
                best = fit;
        }

        return best.Node;
    }

    private int BestOf(SuitableKinds kinds, int pool, double missing)
    {
        NodeFit best = NodeFit.None;
        for (int i = 0; i < kinds.Count; i++)
        {
            // The list is in falling order of use: nothing further on is better.
            KindFit kind = kinds[i];
            if (best.Node >= 0 && kind.Use < best.Kind.Use)
                break;

            // What no longer passes or fits will not do so again in this phase.
            int node = FirstPassing(kind.Kind, pool);
            if (node < 0 || !_state.FitsMaxima(node, pool))
            {
                kinds.Strike(i);
                continue;
            }

            var fit = new NodeFit(_state, kind, node, pool, missing);
            if (fit.IsBetterThan(best))
                best = fit;
        }

        kinds.Compact();
        return best.Node;
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

    private SuitableKinds MostSuitableKinds(int pool)
    {
        _fits.Clear();
        foreach (int kind in _freeKinds)
        {
            if (_state.FirstFree(kind) >= 0 && !_state.IsBarred(kind, pool) && KindFit.Of(_state, _scale, kind, pool) is { IsUseful: true } fit)
                _fits.Add(fit);
        }

        return new SuitableKinds(_fits, Remembered);
    }
}
