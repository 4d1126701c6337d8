namespace HashBalancer.Allocation.Reclaim.Cohorts;

/// <summary>From whom the next lease is taken: down from the root, always into the child with the highest share that borrows.</summary>
/// <remarks>Who has nothing to give or borrows no more is left out for good, but for the path to the taker, whose own leases count too.</remarks>
internal sealed class GiverOrder
{
    private readonly CohortNode _taker;
    private readonly HashSet<CohortNode> _takerPath;
    private readonly HashSet<CohortNode> _out = [];
    private readonly Dictionary<string, Queue<Lease>> _leases;

    public GiverOrder(CohortNode taker, List<Lease> candidates)
    {
        _taker = taker;
        _takerPath = [.. taker.Ancestors];
        _leases = candidates.GroupBy(l => l.Pool, StringComparer.Ordinal).ToDictionary(g => g.Key, g => new Queue<Lease>(g), StringComparer.Ordinal);
        Rank = candidates.Select((lease, rank) => (lease, rank)).ToDictionary(x => x.lease, x => x.rank);
    }

    private Dictionary<Lease, int> Rank { get; }

    public bool HasLease(CohortNode pool) => _leases.TryGetValue(pool.Pool.Name, out Queue<Lease>? leases) && leases.Count > 0;

    public Lease Pop(CohortNode pool) => _leases[pool.Pool.Name].Dequeue();

    public void Drop(CohortNode pool) => _out.Add(pool);

    /// <summary>The next pool to take from, or null when there is none. The caller must pop a lease or drop the pool before it asks again.</summary>
    public CohortNode? Next()
    {
        CohortNode root = _taker.Root;
        if (root == _taker)
            return !_out.Contains(_taker) && HasLease(_taker) ? _taker : null;
        while (!_out.Contains(root))
        {
            if (Descend(root) is { } pool)
                return pool;
        }

        return null;
    }

    /// <summary>Null after a step that left out the node itself or one below it.</summary>
    private CohortNode? Descend(CohortNode cohort)
    {
        CohortNode? best = null;
        foreach (CohortNode child in cohort.Children)
        {
            if (_out.Contains(child))
                continue;
            bool onPath = child == _taker || _takerPath.Contains(child);
            if ((!child.Share().Borrowing && !onPath) || (!child.Pool.IsCohort && !HasLease(child)))
                _out.Add(child);
            else if (best is null || IsAhead(child, best))
                best = child;
        }

        if (best is null)
            _out.Add(cohort);
        return best is null || !best.Pool.IsCohort ? best : Descend(best);
    }

    /// <summary>The higher share first; level with it a cohort before a pool, then the pool with the better lease to take.</summary>
    private bool IsAhead(CohortNode a, CohortNode b)
    {
        int order = BorrowedShare.Compare(a.Share(), b.Share());
        if (order != 0)
            return order > 0;
        if (a.Pool.IsCohort || b.Pool.IsCohort)
            return a.Pool.IsCohort && !b.Pool.IsCohort;
        return Rank[_leases[a.Pool.Name].Peek()] < Rank[_leases[b.Pool.Name].Peek()];
    }
}
