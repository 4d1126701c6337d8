using HashBalancer.Allocation.Model;
using HashBalancer.Allocation.Policies;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Solving;

/// <summary>The pools as arrays: parents before children, the children of a pool side by side and ordered by name. Immutable.</summary>
/// <remarks>Amounts are thousandths as floating-point numbers; vectors of pool p start at p × resources.</remarks>
internal sealed class PoolTree
{
    public const int NoParent = -1;

    private readonly Dictionary<string, int> _indexes;

    public PoolTree(ResourceSet resources, string rootPolicy, IReadOnlyList<PoolSpec> pools, PolicyCatalog catalog)
    {
        ResourceSet = resources;
        Resources = resources.Count;
        Count = pools.Count;
        Specs = Ordered(pools, out int[] parents, out int[] firstChild, out int[] childCount, out int rootCount);
        (Parent, FirstChild, ChildCount, RootCount) = (parents, firstChild, childCount, rootCount);
        _indexes = new Dictionary<string, int>(Count, StringComparer.Ordinal);
        for (int p = 0; p < Count; p++)
            _indexes.Add(Specs[p].Name, p);

        RootPolicy = catalog.Find(rootPolicy)!;
        Policies = Array.ConvertAll(Specs, s => catalog.Find(s.Policy)!);
        Names = Array.ConvertAll(Specs, s => s.Name);
        Weights = Array.ConvertAll(Specs, s => s.Weight);
        Priorities = Array.ConvertAll(Specs, s => s.Priority);
        Submitted = Array.ConvertAll(Specs, s => s.Submitted);
        Reclaimable = new bool[Count];
        SharesLeftovers = new bool[Count];
        UnitDemand = Vectors(s => s.UnitDemand, missing: 0);
        Maximum = Vectors(s => s.Maximum, missing: double.PositiveInfinity);
        Guaranteed = new double[Count * Resources];
        GuaranteedUnits = new double[Count];
        PathWeight = new double[Count];
        NameRanks = new int[Count];
        int[] byName = [.. Enumerable.Range(0, Count)];
        Array.Sort([.. Names], byName, StringComparer.Ordinal);
        for (int rank = 0; rank < Count; rank++)
            NameRanks[byName[rank]] = rank;
        for (int p = 0; p < Count; p++)
        {
            int parent = Parent[p];
            Reclaimable[p] = Specs[p].Reclaimable && (parent == NoParent || Reclaimable[parent]);
            SharesLeftovers[p] = PolicyAbove(p).WorkConserving && (parent == NoParent || SharesLeftovers[parent]);
        }

        SumGuarantees();
        WeighPaths();
    }

    private PoolTree(PoolTree other, double[] weights, double[] guaranteed, double[] guaranteedUnits)
    {
        (ResourceSet, Resources, Count, Specs, Parent, FirstChild, ChildCount, RootCount) =
            (other.ResourceSet, other.Resources, other.Count, other.Specs, other.Parent, other.FirstChild, other.ChildCount, other.RootCount);
        (_indexes, RootPolicy, Policies, Names, NameRanks, Priorities, Submitted, Reclaimable, SharesLeftovers, UnitDemand, Maximum) =
            (other._indexes, other.RootPolicy, other.Policies, other.Names, other.NameRanks, other.Priorities, other.Submitted, other.Reclaimable, other.SharesLeftovers, other.UnitDemand, other.Maximum);
        (Weights, Guaranteed, GuaranteedUnits) = (weights, guaranteed, guaranteedUnits);
        PathWeight = new double[Count];
        WeighPaths();
    }

    public ResourceSet ResourceSet { get; }

    public int Resources { get; }

    public int Count { get; }

    public PoolSpec[] Specs { get; }

    public int[] Parent { get; }

    public int[] FirstChild { get; }

    public int[] ChildCount { get; }

    /// <summary>How many pools stand at the top; they are the first ones.</summary>
    public int RootCount { get; }

    public IAllocationPolicy RootPolicy { get; }

    public IAllocationPolicy[] Policies { get; }

    public string[] Names { get; }

    /// <summary>The places of the pools when all are ordered by name.</summary>
    public int[] NameRanks { get; }

    public double[] Weights { get; }

    public int[] Priorities { get; }

    public long[] Submitted { get; }

    /// <summary>Whether nodes may be taken from the pool: it and all above it say so.</summary>
    public bool[] Reclaimable { get; }

    /// <summary>Whether every policy above hands out what is left.</summary>
    public bool[] SharesLeftovers { get; }

    public double[] UnitDemand { get; }

    public double[] Maximum { get; }

    /// <summary>What a pool is guaranteed in effect: a leaf whole units, a parent at least what its children are.</summary>
    public double[] Guaranteed { get; }

    /// <summary>The units of a leaf that its guarantee covers.</summary>
    public double[] GuaranteedUnits { get; }

    /// <summary>The product of weight / weights of all siblings, from the top down.</summary>
    public double[] PathWeight { get; }

    public bool IsLeaf(int pool) => ChildCount[pool] == 0;

    public int IndexOf(string name) => _indexes.TryGetValue(name, out int index) ? index : -1;

    public IAllocationPolicy PolicyAbove(int pool) => Parent[pool] == NoParent ? RootPolicy : Policies[Parent[pool]];

    public ReadOnlySpan<double> DemandOf(int pool) => UnitDemand.AsSpan(pool * Resources, Resources);

    /// <summary>The same tree with another weight of one pool.</summary>
    public PoolTree WithWeight(int pool, double weight)
    {
        double[] weights = [.. Weights];
        weights[pool] = weight;
        return new PoolTree(this, weights, Guaranteed, GuaranteedUnits);
    }

    /// <summary>The same tree with so many units more guaranteed to a leaf and everything above it.</summary>
    public PoolTree WithMoreGuaranteed(int leaf, double units)
    {
        double[] guaranteed = [.. Guaranteed], guaranteedUnits = [.. GuaranteedUnits];
        guaranteedUnits[leaf] += units;
        for (int pool = leaf; pool != NoParent; pool = Parent[pool])
        {
            for (int r = 0; r < Resources; r++)
                guaranteed[(pool * Resources) + r] += units * UnitDemand[(leaf * Resources) + r];
        }

        return new PoolTree(this, Weights, guaranteed, guaranteedUnits);
    }

    private static PoolSpec[] Ordered(IReadOnlyList<PoolSpec> pools, out int[] parents, out int[] firstChild, out int[] childCount, out int rootCount)
    {
        var children = new Dictionary<string, List<PoolSpec>>(StringComparer.Ordinal);
        var order = new List<PoolSpec>(pools.Count);
        foreach (PoolSpec pool in pools.OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            if (pool.Parent is null)
            {
                order.Add(pool);
                continue;
            }

            if (!children.TryGetValue(pool.Parent, out List<PoolSpec>? siblings))
                children.Add(pool.Parent, siblings = []);
            siblings.Add(pool);
        }

        rootCount = order.Count;
        parents = new int[pools.Count];
        firstChild = new int[pools.Count];
        childCount = new int[pools.Count];
        Array.Fill(parents, NoParent);
        for (int p = 0; p < order.Count; p++)
        {
            firstChild[p] = order.Count;
            if (!children.TryGetValue(order[p].Name, out List<PoolSpec>? own))
                continue;
            childCount[p] = own.Count;
            Array.Fill(parents, p, order.Count, own.Count);
            order.AddRange(own);
        }

        return [.. order];
    }

    private double[] Vectors(Func<PoolSpec, IReadOnlyDictionary<string, decimal>> field, double missing)
    {
        double[] vectors = new double[Count * Resources];
        Array.Fill(vectors, missing);
        for (int p = 0; p < Count; p++)
        {
            foreach ((string resource, decimal quantity) in field(Specs[p]))
                vectors[(p * Resources) + ResourceSet.IndexOf(resource)] = Quantity.ToThousandths(quantity);
        }

        return vectors;
    }

    private void SumGuarantees()
    {
        double[] declared = Vectors(s => s.Guaranteed, missing: double.NaN);
        for (int p = Count - 1; p >= 0; p--)
        {
            if (IsLeaf(p))
                GuaranteedUnits[p] = UnitsIn(p, declared.AsSpan(p * Resources, Resources));
            for (int r = 0; r < Resources; r++)
            {
                int at = (p * Resources) + r;
                if (IsLeaf(p))
                    Guaranteed[at] = GuaranteedUnits[p] * UnitDemand[at];
                else if (declared[at] > Guaranteed[at])
                    Guaranteed[at] = declared[at];
                if (Parent[p] != NoParent)
                    Guaranteed[(Parent[p] * Resources) + r] += Guaranteed[at];
            }
        }
    }

    /// <summary>The units that a guarantee covers: resources that it does not name come along.</summary>
    private double UnitsIn(int leaf, ReadOnlySpan<double> declared)
    {
        double units = double.PositiveInfinity;
        ReadOnlySpan<double> demand = DemandOf(leaf);
        for (int r = 0; r < demand.Length; r++)
        {
            if (demand[r] > 0 && !double.IsNaN(declared[r]))
                units = Math.Min(units, declared[r] / demand[r]);
        }

        return double.IsPositiveInfinity(units) ? 0 : units;
    }

    private void WeighPaths()
    {
        Weigh(0, RootCount, 1);
        for (int p = 0; p < Count; p++)
            Weigh(FirstChild[p], ChildCount[p], PathWeight[p]);

        void Weigh(int first, int count, double above)
        {
            double sum = 0;
            for (int p = first; p < first + count; p++)
                sum += Weights[p];
            for (int p = first; p < first + count; p++)
                PathWeight[p] = sum > 0 ? above * Weights[p] / sum : 0;
        }
    }
}
