namespace HashBalancer.Allocation.Reclaim.Proportional;

/// <summary>A pool of the tree while <see cref="ProportionalReclaim"/> works on it.</summary>
internal sealed class ReclaimNode(ReclaimPool pool)
{
    public ReclaimPool Pool { get; } = pool;

    public List<ReclaimNode> Children { get; } = [];

    public bool Reclaimable { get; private set; }

    public long Used { get; private set; }

    public long Pending { get; private set; }

    public long Ideal { get; set; }

    public long ToReclaim { get; set; }

    /// <summary>Whether it asks for nothing more.</summary>
    public bool Satisfied { get; set; }

    /// <summary>Surplus that nothing may be taken of.</summary>
    public long Untouchable { get; private set; }

    private long Reclaimables { get; set; }

    /// <summary>Ideal / guarantee; pools without a guarantee are the most served of all.</summary>
    public double Served => Pool.Guaranteed > 0 ? (double)Ideal / Pool.Guaranteed : double.PositiveInfinity;

    public static ReclaimNode BuildTree(long capacity, IReadOnlyList<ReclaimPool> pools)
    {
        var root = new ReclaimNode(new ReclaimPool("", capacity));
        var nodes = new Dictionary<string, ReclaimNode>(StringComparer.Ordinal);
        foreach (ReclaimPool pool in pools)
        {
            if (pool.Guaranteed < 0 || pool.Maximum < 0 || pool.Used < 0 || pool.Pending < 0)
                throw new ArgumentException($"Pool '{pool.Name}' has guarantee {pool.Guaranteed}, maximum {pool.Maximum}, used {pool.Used}, pending {pool.Pending}; all must be 0 or more.", nameof(pools));
            if (!nodes.TryAdd(pool.Name, new ReclaimNode(pool)))
                throw new ArgumentException($"Pool '{pool.Name}' stands twice.", nameof(pools));
        }

        foreach (ReclaimPool pool in pools)
        {
            ReclaimNode parent = pool.Parent is null ? root : nodes.GetValueOrDefault(pool.Parent)
                ?? throw new ArgumentException($"Pool '{pool.Name}' has the unknown parent '{pool.Parent}'.", nameof(pools));
            parent.Children.Add(nodes[pool.Name]);
        }

        if (root.Prepare(reclaimable: true) != nodes.Count + 1)
            throw new ArgumentException("The parents of some pools form a cycle.", nameof(pools));
        root.Ideal = capacity;
        return root;
    }

    public IEnumerable<ReclaimNode> Leaves() => Children.Count == 0 ? [this] : Children.SelectMany(c => c.Leaves());

    /// <summary>Takes what it can use of an offer.</summary>
    public long Accept(long offer)
    {
        long accepted = Math.Min(Math.Max(0, Pool.Maximum - Ideal), Math.Min(offer, Used + Pending - Ideal));

        // A leaf takes nothing beyond its guarantee that it does not hold: nobody loses a unit to a pool that has its guarantee.
        if (Children.Count == 0)
            accepted = Math.Min(accepted, Math.Max(0, Math.Max(Used, Pool.Guaranteed) - Ideal));
        Ideal += accepted;
        return accepted;
    }

    private int Prepare(bool reclaimable)
    {
        Reclaimable = reclaimable && Pool.Reclaimable;
        int size = 1 + Children.Sum(c => c.Prepare(Reclaimable));
        Used = Children.Count == 0 ? Pool.Used : Children.Sum(c => c.Used);
        Pending = Children.Count == 0 ? Pool.Pending : Children.Sum(c => c.Pending);
        long surplus = Math.Max(0, Used - Pool.Guaranteed);
        Reclaimables = Children.Count > 0 ? Math.Min(surplus, Children.Sum(c => c.Reclaimables)) : Reclaimable ? surplus : 0;
        Untouchable = surplus - Reclaimables;
        return size;
    }
}
