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

    private readonly double[] _declaredGuarantees;

    public PoolTree(ResourceSet resources, string rootPolicy, IReadOnlyList<PoolSpec> pools, PolicyCatalog catalog)
    {
        ResourceSet = resources;
        Resources = resources.Count;
        Count = pools.Count;
        RootPolicy = catalog.Find(rootPolicy)!;
        PoolSpec[] sorted = [.. pools];
        Array.Sort(Array.ConvertAll(sorted, p => p.Name), sorted, StringComparer.Ordinal);
        Specs = Ordered(sorted, out int[] parents, out int[] firstChild, out int[] childCount, out int rootCount);
        (Parent, FirstChild, ChildCount, RootCount) = (parents, firstChild, childCount, rootCount);
        Names = Array.ConvertAll(Specs, s => s.Name);
        _indexes = new Dictionary<string, int>(Count, StringComparer.Ordinal);
        for (int p = 0; p < Count; p++)
            _indexes.Add(Names[p], p);
        int[] byName = Array.ConvertAll(sorted, spec => _indexes[spec.Name]);
        NameRanks = new int[Count];
        for (int rank = 0; rank < Count; rank++)
            NameRanks[byName[rank]] = rank;
        LeavesByName = Array.FindAll(byName, IsLeaf);

        Policies = new IAllocationPolicy[Count];
        Weights = new double[Count];
        Priorities = new int[Count];
        Submitted = new long[Count];
        UnitDemand = new double[Count * Resources];
        Maximum = new double[Count * Resources];
        _declaredGuarantees = new double[Count * Resources];
        for (int p = 0; p < Count; p++)
            Write(p, catalog);
        (Reclaimable, SharesLeftovers, IsLimited, Guaranteed, GuaranteedUnits, PathWeight) = Derive();
    }

    private PoolTree(PoolTree other, PoolSpec[] specs)
    {
        (ResourceSet, Resources, Count, RootPolicy, Parent, FirstChild, ChildCount, RootCount) =
            (other.ResourceSet, other.Resources, other.Count, other.RootPolicy, other.Parent, other.FirstChild, other.ChildCount, other.RootCount);
        (Specs, Names, _indexes, NameRanks, LeavesByName) = (specs, other.Names, other._indexes, other.NameRanks, other.LeavesByName);
        (Policies, Weights, Priorities, Submitted) = ([.. other.Policies], [.. other.Weights], [.. other.Priorities], [.. other.Submitted]);
        (UnitDemand, Maximum, _declaredGuarantees) = ([.. other.UnitDemand], [.. other.Maximum], [.. other._declaredGuarantees]);
        (Reclaimable, SharesLeftovers, IsLimited, Guaranteed, GuaranteedUnits, PathWeight) =
            (other.Reclaimable, other.SharesLeftovers, other.IsLimited, other.Guaranteed, other.GuaranteedUnits, other.PathWeight);
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

    /// <summary>The leaves, ordered by name.</summary>
    public int[] LeavesByName { get; }

    public double[] Weights { get; }

    public int[] Priorities { get; }

    public long[] Submitted { get; }

    /// <summary>Whether nodes may be taken from the pool: it and all above it say so.</summary>
    public bool[] Reclaimable { get; private set; }

    /// <summary>Whether the pool or one above it has a maximum.</summary>
    public bool[] IsLimited { get; private set; }

    /// <summary>Whether every policy above hands out what is left.</summary>
    public bool[] SharesLeftovers { get; private set; }

    public double[] UnitDemand { get; }

    public double[] Maximum { get; }

    /// <summary>What a pool is guaranteed in effect: a leaf whole units, a parent at least what its children are.</summary>
    public double[] Guaranteed { get; private set; }

    /// <summary>The units of a leaf that its guarantee covers.</summary>
    public double[] GuaranteedUnits { get; private set; }

    /// <summary>The product of weight / weights of all siblings, from the top down.</summary>
    public double[] PathWeight { get; private set; }

    public bool IsLeaf(int pool) => ChildCount[pool] == 0;

    public int IndexOf(string name) => _indexes.TryGetValue(name, out int index) ? index : -1;

    public IAllocationPolicy PolicyAbove(int pool) => Parent[pool] == NoParent ? RootPolicy : Policies[Parent[pool]];

    public ReadOnlySpan<double> DemandOf(int pool) => UnitDemand.AsSpan(pool * Resources, Resources);

    /// <summary>The same tree with another declaration of one pool, which keeps its name, its parent and its children. O(pools).</summary>
    public PoolTree With(int pool, PoolSpec spec, PolicyCatalog catalog)
    {
        PoolSpec[] specs = [.. Specs];
        specs[pool] = spec;
        var changed = new PoolTree(this, specs);
        changed.Write(pool, catalog);
        (changed.Reclaimable, changed.SharesLeftovers, changed.IsLimited, changed.Guaranteed, changed.GuaranteedUnits, changed.PathWeight) = changed.Derive();
        return changed;
    }

    /// <summary>The same tree with another weight of one pool.</summary>
    public PoolTree WithWeight(int pool, double weight)
    {
        var changed = new PoolTree(this, Specs);
        changed.Weights[pool] = weight;
        changed.PathWeight = changed.WeighPaths();
        return changed;
    }

    /// <summary>The same tree with so many units more guaranteed to a leaf and everything above it.</summary>
    public PoolTree WithMoreGuaranteed(int leaf, double units)
    {
        var changed = new PoolTree(this, Specs) { Guaranteed = [.. Guaranteed], GuaranteedUnits = [.. GuaranteedUnits] };
        changed.GuaranteedUnits[leaf] += units;
        for (int pool = leaf; pool != NoParent; pool = Parent[pool])
        {
            for (int r = 0; r < Resources; r++)
                changed.Guaranteed[(pool * Resources) + r] += units * UnitDemand[(leaf * Resources) + r];
        }

        return changed;
    }

    private static PoolSpec[] Ordered(PoolSpec[] sorted, out int[] parents, out int[] firstChild, out int[] childCount, out int rootCount)
    {
        var children = new Dictionary<string, List<PoolSpec>>(StringComparer.Ordinal);
        var order = new List<PoolSpec>(sorted.Length);
        foreach (PoolSpec pool in sorted)
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
        parents = new int[sorted.Length];
        firstChild = new int[sorted.Length];
        childCount = new int[sorted.Length];
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

    private void Write(int pool, PolicyCatalog catalog)
    {
        PoolSpec spec = Specs[pool];
        Policies[pool] = catalog.Find(spec.Policy)!;
        (Weights[pool], Priorities[pool], Submitted[pool]) = (spec.Weight, spec.Priority, spec.Submitted);
        WriteVector(UnitDemand, pool, spec.UnitDemand, missing: 0);
        WriteVector(Maximum, pool, spec.Maximum, missing: double.PositiveInfinity);
        WriteVector(_declaredGuarantees, pool, spec.Guaranteed, missing: double.NaN);
    }

    private void WriteVector(double[] vectors, int pool, IReadOnlyDictionary<string, decimal> declared, double missing)
    {
        vectors.AsSpan(pool * Resources, Resources).Fill(missing);
        foreach ((string resource, decimal quantity) in declared)
            vectors[(pool * Resources) + ResourceSet.IndexOf(resource)] = Quantity.ToThousandths(quantity);
    }

    /// <summary>What follows from all declarations together.</summary>
    private (bool[] Reclaimable, bool[] SharesLeftovers, bool[] IsLimited, double[] Guaranteed, double[] GuaranteedUnits, double[] PathWeight) Derive()
    {
        bool[] reclaimable = new bool[Count], sharesLeftovers = new bool[Count], limited = new bool[Count];
        for (int p = 0; p < Count; p++)
        {
            int parent = Parent[p];
            reclaimable[p] = Specs[p].Reclaimable && (parent == NoParent || reclaimable[parent]);
            limited[p] = Specs[p].Maximum.Count > 0 || (parent != NoParent && limited[parent]);
            sharesLeftovers[p] = PolicyAbove(p).WorkConserving && (parent == NoParent || sharesLeftovers[parent]);
        }

        (double[] guaranteed, double[] guaranteedUnits) = SumGuarantees();
        return (reclaimable, sharesLeftovers, limited, guaranteed, guaranteedUnits, WeighPaths());
    }

    private (double[] Guaranteed, double[] Units) SumGuarantees()
    {
        double[] guaranteed = new double[Count * Resources], units = new double[Count];
        for (int p = Count - 1; p >= 0; p--)
        {
            if (IsLeaf(p))
                units[p] = UnitsIn(p);
            for (int r = 0; r < Resources; r++)
            {
                int at = (p * Resources) + r;
                if (IsLeaf(p))
                    guaranteed[at] = units[p] * UnitDemand[at];
                else if (_declaredGuarantees[at] > guaranteed[at])
                    guaranteed[at] = _declaredGuarantees[at];
                if (Parent[p] != NoParent)
                    guaranteed[(Parent[p] * Resources) + r] += guaranteed[at];
            }
        }

        return (guaranteed, units);
    }

    /// <summary>The units that a leaf's guarantee covers: resources that it does not name come along.</summary>
    private double UnitsIn(int leaf)
    {
        double units = double.PositiveInfinity;
        for (int r = 0; r < Resources; r++)
        {
            int at = (leaf * Resources) + r;
            if (UnitDemand[at] > 0 && !double.IsNaN(_declaredGuarantees[at]))
                units = Math.Min(units, _declaredGuarantees[at] / UnitDemand[at]);
        }

        return double.IsPositiveInfinity(units) ? 0 : units;
    }

    private double[] WeighPaths()
    {
        double[] paths = new double[Count];
        Weigh(0, RootCount, 1);
        for (int p = 0; p < Count; p++)
            Weigh(FirstChild[p], ChildCount[p], paths[p]);
        return paths;

        void Weigh(int first, int count, double above)
        {
            double sum = 0;
            for (int p = first; p < first + count; p++)
                sum += Weights[p];
            for (int p = first; p < first + count; p++)
                paths[p] = sum > 0 ? above * Weights[p] / sum : 0;
        }
    }
}
