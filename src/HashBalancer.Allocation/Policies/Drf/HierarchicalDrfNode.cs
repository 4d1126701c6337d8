using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Policies.Drf;

/// <summary>A node of the tree while <see cref="HierarchicalDrf"/> divides; the root has no pool.</summary>
internal sealed class HierarchicalDrfNode
{
    private readonly ResourceVector _total;
    private readonly double[] _use;
    private readonly bool[] _wanted;

    private HierarchicalDrfNode(HierarchicalDrfPool? pool, ResourceVector total)
    {
        Pool = pool;
        _total = total;
        _use = new double[total.Resources.Count];
        _wanted = new bool[total.Resources.Count];
    }

    public HierarchicalDrfPool? Pool { get; }

    public List<HierarchicalDrfNode> Children { get; } = [];

    public int TaskCount { get; private set; }

    public bool Blocked { get; private set; }

    private HierarchicalDrfNode? Parent { get; set; }

    private double WeightedShare { get; set; }

    public static HierarchicalDrfNode BuildTree(IReadOnlyList<HierarchicalDrfPool> pools, ResourceVector total)
    {
        var root = new HierarchicalDrfNode(null, total);
        var nodes = new Dictionary<string, HierarchicalDrfNode>(StringComparer.Ordinal);
        foreach (HierarchicalDrfPool pool in pools)
        {
            if (!(pool.Weight > 0))
                throw new ArgumentException($"Pool '{pool.Name}' has weight {pool.Weight}; it must be above 0.", nameof(pools));
            if (!nodes.TryAdd(pool.Name, new HierarchicalDrfNode(pool, total)))
                throw new ArgumentException($"Pool '{pool.Name}' stands twice.", nameof(pools));
        }

        foreach (HierarchicalDrfPool pool in pools)
        {
            HierarchicalDrfNode parent = pool.Parent is null ? root : nodes.GetValueOrDefault(pool.Parent)
                ?? throw new ArgumentException($"Pool '{pool.Name}' has the unknown parent '{pool.Parent}'.", nameof(pools));
            parent.Children.Add(nodes[pool.Name]);
            nodes[pool.Name].Parent = parent;
        }

        foreach (HierarchicalDrfNode node in nodes.Values)
        {
            bool leaf = node.Children.Count == 0;
            if (leaf && node.Pool!.Demand is not { IsZero: false })
                throw new ArgumentException($"Pool '{node.Pool!.Name}' has no children and demands nothing.", nameof(pools));
            if (!leaf && node.Pool!.Demand is not null)
                throw new ArgumentException($"Pool '{node.Pool!.Name}' has children and a demand of its own.", nameof(pools));
        }

        return root.Size() == nodes.Count + 1 ? root : throw new ArgumentException("The parents of some pools form a cycle.", nameof(pools));
    }

    public IEnumerable<HierarchicalDrfNode> Leaves() => Children.Count == 0 && Pool is not null ? [this] : Children.SelectMany(c => c.Leaves());

    public HierarchicalDrfNode LowestChild()
    {
        HierarchicalDrfNode? lowest = null;
        foreach (HierarchicalDrfNode child in Children)
        {
            if (!child.Blocked && (lowest is null || Shares.Compare(child.WeightedShare, lowest.WeightedShare) < 0))
                lowest = child;
        }

        return lowest!;
    }

    public void Launch(long[] free)
    {
        TaskCount++;
        for (int r = 0; r < free.Length; r++)
            free[r] -= Pool!.Demand!.Thousandths[r];
    }

    public bool IsBlocked(ReadOnlySpan<long> free)
    {
        if (TaskCount >= Pool!.Tasks)
            return true;
        for (int r = 0; r < free.Length; r++)
        {
            if (Pool.Demand!.Thousandths[r] > free[r])
                return true;
        }

        return false;
    }

    public bool AnyLeafNewlyBlocked(long[] free) =>
        Children.Count == 0 && Pool is not null ? !Blocked && IsBlocked(free) : !Blocked && Children.Exists(c => c.AnyLeafNewlyBlocked(free));

    /// <summary>Computes blocked flags, uses and shares of the whole subtree.</summary>
    public void Refresh(long[] free)
    {
        foreach (HierarchicalDrfNode child in Children)
            child.Refresh(free);
        Blocked = Children.Count == 0 ? Pool is null || IsBlocked(free) : Children.TrueForAll(c => c.Blocked);
        for (int r = 0; r < _wanted.Length; r++)
        {
            _wanted[r] = Children.Count == 0
                ? Pool?.Demand!.Thousandths[r] > 0
                : Children.Exists(c => !c.Blocked && c._wanted[r]);
        }

        Sum();
    }

    /// <summary>Computes uses and shares from this leaf to the root, blocked flags being what they were.</summary>
    public void RefreshUpwards()
    {
        for (HierarchicalDrfNode? node = this; node is not null; node = node.Parent)
            node.Sum();
    }

    private void Sum()
    {
        Array.Clear(_use);
        if (Children.Count == 0)
        {
            for (int r = 0; r < _use.Length; r++)
                _use[r] = (double)TaskCount * (Pool?.Demand!.Thousandths[r] ?? 0);
        }
        else
        {
            double smallest = double.PositiveInfinity;
            foreach (HierarchicalDrfNode child in Children)
            {
                if (!child.Blocked)
                    smallest = Math.Min(smallest, child.WeightedShare);
            }

            foreach (HierarchicalDrfNode child in Children)
            {
                double scale = child.Blocked ? 1 : child.WeightedShare > 0 ? smallest / child.WeightedShare : 0;
                for (int r = 0; r < _use.Length; r++)
                    _use[r] += child._use[r] * scale;
            }
        }

        double share = 0;
        for (int r = 0; r < _use.Length; r++)
        {
            if (_wanted[r] && _use[r] > 0)
                share = Math.Max(share, _use[r] / _total.Thousandths[r]);
        }

        WeightedShare = share / (Pool?.Weight ?? 1);
    }

    private int Size() => 1 + Children.Sum(c => c.Size());
}
