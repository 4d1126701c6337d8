using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Reclaim.Cohorts;

/// <summary>Quotas and uses of a cohort tree: who borrows how much, and what a pool may still take.</summary>
/// <remarks>
/// <para>A member lends its cohort what its lending limit allows; use beyond the part it keeps for itself counts against the cohort, and
/// so on upwards (Kubernetes Kueue, KEP-79 and KEP-1714).</para>
/// <para>Not thread-safe: <see cref="Add"/> and <see cref="Remove"/> change the uses, which is how a reclaim is tried out.</para>
/// </remarks>
public sealed class CohortTree
{
    private readonly Dictionary<string, CohortNode> _nodes = new(StringComparer.Ordinal);
    private readonly ResourceSet _resources;

    /// <summary>Builds the tree without any use.</summary>
    /// <exception cref="ArgumentException">A name stands twice, a parent is a pool, the parents form a cycle, or a limit names an unknown resource.</exception>
    public CohortTree(ResourceSet resources, IReadOnlyList<CohortPool> pools)
    {
        ArgumentNullException.ThrowIfNull(resources);
        ArgumentNullException.ThrowIfNull(pools);
        _resources = resources;
        foreach (CohortPool pool in pools)
        {
            if (!(pool.Weight >= 0))
                throw new ArgumentException($"Pool '{pool.Name}' has weight {pool.Weight}; it must be 0 or more.", nameof(pools));
            if (!_nodes.TryAdd(pool.Name, new CohortNode(pool, resources)))
                throw new ArgumentException($"Pool '{pool.Name}' stands twice.", nameof(pools));
        }

        foreach (CohortPool pool in pools)
        {
            if (pool.Parent is null)
                continue;
            if (!_nodes.TryGetValue(pool.Parent, out CohortNode? parent))
                _nodes.Add(pool.Parent, parent = new CohortNode(new CohortPool(pool.Parent, resources.Vector()) { IsCohort = true }, resources));
            if (!parent.Pool.IsCohort)
                throw new ArgumentException($"Pool '{pool.Name}' has the parent '{pool.Parent}', which is no cohort.", nameof(pools));
            _nodes[pool.Name].Parent = parent;
            parent.Children.Add(_nodes[pool.Name]);
        }

        int reached = 0;
        foreach (CohortNode node in _nodes.Values)
        {
            node.Children.Sort((a, b) => string.CompareOrdinal(a.Pool.Name, b.Pool.Name));
            if (node.Parent is null)
                reached += node.SumQuotas();
        }

        if (reached != _nodes.Count)
            throw new ArgumentException("The parents of some pools form a cycle.", nameof(pools));
    }

    /// <summary>The names of all pools and cohorts, those included that are only named as parents.</summary>
    public IEnumerable<string> Names => _nodes.Keys;

    /// <summary>Counts a use of a pool.</summary>
    public void Add(string pool, ResourceVector use)
    {
        for (int r = 0; r < _resources.Count; r++)
            Node(pool).Add(r, use.Thousandths[r]);
    }

    /// <summary>Takes back what was counted.</summary>
    public void Remove(string pool, ResourceVector use)
    {
        for (int r = 0; r < _resources.Count; r++)
            Node(pool).Remove(r, use.Thousandths[r]);
    }

    /// <summary>How much more than its quota a pool or cohort uses; 0 for a root, which has nobody to borrow from.</summary>
    /// <param name="name">A pool or cohort.</param>
    /// <param name="incoming">A use to be counted on top; null for none.</param>
    public BorrowedShare ShareOf(string name, ResourceVector? incoming = null) => Node(name).Share(incoming);

    /// <summary>Whether a use fits in what a pool may still take, borrowing included.</summary>
    public bool Fits(string pool, ResourceVector use)
    {
        for (int r = 0; r < _resources.Count; r++)
        {
            if (use.Thousandths[r] > 0 && use.Thousandths[r] > Node(pool).Available(r))
                return false;
        }

        return true;
    }

    internal CohortNode Node(string name) =>
        _nodes.GetValueOrDefault(name) ?? throw new ArgumentException($"Pool '{name}' is unknown.", nameof(name));
}
