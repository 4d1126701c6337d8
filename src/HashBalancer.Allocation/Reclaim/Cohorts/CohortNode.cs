using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Reclaim.Cohorts;

/// <summary>A node of a <see cref="CohortTree"/>: arithmetic of quota and use, resource by resource, in thousandths.</summary>
internal sealed class CohortNode
{
    private const long Unlimited = long.MaxValue;

    private readonly ResourceSet _resources;
    private readonly long[] _quota;
    private readonly long[] _used;
    private readonly long[] _lending;
    private readonly long[] _borrowing;

    public CohortNode(CohortPool pool, ResourceSet resources)
    {
        Pool = pool;
        _resources = resources;
        _quota = pool.Nominal.Thousandths.ToArray();
        _used = new long[resources.Count];
        _lending = Limits(pool, pool.LendingLimit, resources);
        _borrowing = Limits(pool, pool.BorrowingLimit, resources);
    }

    public CohortPool Pool { get; }

    public CohortNode? Parent { get; set; }

    public List<CohortNode> Children { get; } = [];

    public CohortNode Root => Parent?.Root ?? this;

    /// <summary>The cohorts above, innermost first.</summary>
    public IEnumerable<CohortNode> Ancestors
    {
        get
        {
            for (CohortNode? node = Parent; node is not null; node = node.Parent)
                yield return node;
        }
    }

    /// <summary>Adds up what the members lend; returns the number of nodes below and including this one.</summary>
    public int SumQuotas()
    {
        int size = 1;
        foreach (CohortNode child in Children)
        {
            size += child.SumQuotas();
            for (int r = 0; r < _quota.Length; r++)
                _quota[r] = checked(_quota[r] + child._quota[r] - child.KeptQuota(r));
        }

        return size;
    }

    public void Add(int resource, long amount)
    {
        long kept = Math.Max(0, KeptQuota(resource) - _used[resource]);
        _used[resource] += amount;
        if (amount > kept)
            Parent?.Add(resource, amount - kept);
    }

    public void Remove(int resource, long amount)
    {
        long atParent = _used[resource] - KeptQuota(resource);
        _used[resource] -= amount;
        if (atParent > 0)
            Parent?.Remove(resource, Math.Min(amount, atParent));
    }

    /// <summary>What may still be used here; negative when more is used than there is.</summary>
    public long Available(int resource)
    {
        if (Parent is null)
            return _quota[resource] - _used[resource];
        long kept = KeptQuota(resource);
        long fromParent = Parent.Available(resource);
        if (_borrowing[resource] != Unlimited)
        {
            long lent = _quota[resource] - kept, usedThere = Math.Max(0, _used[resource] - kept);
            fromParent = Math.Min(fromParent, lent - usedThere + _borrowing[resource]);
        }

        return Math.Max(0, kept - _used[resource]) + fromParent;
    }

    public bool Borrows(int resource) => Parent is not null && _used[resource] > _quota[resource];

    public BorrowedShare Share(ResourceVector? incoming = null)
    {
        double ratio = 0;
        string dominant = "";
        bool borrowing = false;
        for (int r = 0; Parent is not null && r < _quota.Length; r++)
        {
            long borrowed = _used[r] + (incoming?.Thousandths[r] ?? 0) - _quota[r];
            if (borrowed <= 0)
                continue;
            borrowing = true;
            long lendable = Parent.Obtainable(r);
            if (lendable <= 0)
                continue;
            double candidate = borrowed * 1000.0 / lendable;
            string name = _resources.Names[r];
            if (candidate > ratio || (candidate == ratio && string.CompareOrdinal(name, dominant) < 0))
                (ratio, dominant) = (candidate, name);
        }

        return new BorrowedShare(ratio, Pool.Weight, dominant, borrowing);
    }

    /// <summary>What this node could use if nobody used anything.</summary>
    private long Obtainable(int resource)
    {
        if (Parent is null)
            return _quota[resource];
        long obtainable = KeptQuota(resource) + Parent.Obtainable(resource);
        return _borrowing[resource] == Unlimited ? obtainable : Math.Min(obtainable, _quota[resource] + _borrowing[resource]);
    }

    /// <summary>The part of the quota that the lending limit keeps from everybody else.</summary>
    private long KeptQuota(int resource) => _lending[resource] == Unlimited ? 0 : Math.Max(0, _quota[resource] - _lending[resource]);

    private static long[] Limits(CohortPool pool, IReadOnlyDictionary<string, decimal> limits, ResourceSet resources)
    {
        long[] result = new long[resources.Count];
        Array.Fill(result, Unlimited);
        foreach ((string resource, decimal limit) in limits)
        {
            int index = resources.IndexOf(resource);
            if (index < 0)
                throw new ArgumentException($"Pool '{pool.Name}' limits the unknown resource '{resource}'.", nameof(limits));
            result[index] = Quantity.ToThousandths(limit);
        }

        return result;
    }
}
