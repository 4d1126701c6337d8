using HashBalancer.Allocation.Solving.Sharing;

namespace HashBalancer.Allocation.Solving.Placing;

/// <summary>Who has which node while a placement is made, and what that means for every pool.</summary>
/// <remarks>Every node stands in one list: that of its pool, that of the free nodes of its kind, or in none when it cannot serve.</remarks>
internal sealed class PlacementState
{
    public const int Nobody = -1;

    private readonly NodeLists _lists;
    private readonly double[] _heldAmounts;
    private readonly int[] _zoneCounts;
    private readonly KindFilters _filters;

    public PlacementState(PoolTree tree, NodeTable nodes, ShareResult shares, KindFilters filters)
    {
        (Tree, Nodes, Shares) = (tree, nodes, shares);
        _filters = filters;
        Owner = new int[nodes.Count];
        Array.Fill(Owner, Nobody);
        HeldUnits = new double[tree.Count];
        HeldNodes = new int[tree.Count];
        NodesBefore = new int[tree.Count];
        _heldAmounts = new double[tree.Count * tree.Resources];
        _zoneCounts = new int[tree.Count * nodes.Kinds.ZoneCount];
        _lists = new NodeLists(nodes.Count, tree.Count + nodes.Kinds.Count);
        for (int n = 0; n < nodes.Count; n++)
        {
            if (nodes.Available[n] && nodes.Owner[n] != Nobody)
                NodesBefore[nodes.Owner[n]]++;
        }
    }

    public PoolTree Tree { get; }

    public NodeTable Nodes { get; }

    public ShareResult Shares { get; }

    /// <summary>The pool of every node in the end, or -1.</summary>
    public int[] Owner { get; }

    public double[] HeldUnits { get; }

    public int[] HeldNodes { get; }

    /// <summary>How many nodes a pool has before anything moves.</summary>
    public int[] NodesBefore { get; }

    /// <summary>The units that a guarantee covers, as far as they are wanted and feasible.</summary>
    public double Guaranteed(int pool) => Math.Min(Shares.FloorUnits[pool], Shares.Units[pool]);

    /// <summary>How much of its target a pool holds; without a target it holds infinitely much.</summary>
    public double RatioOf(int pool) => Shares.Units[pool] > 0 ? HeldUnits[pool] / Shares.Units[pool] : double.PositiveInfinity;

    /// <summary>How many units of a pool's demand a node serves.</summary>
    public double UnitsOf(int node, int pool) => UnitsOfKind(Nodes.Kind[node], pool);

    /// <summary>How many units of a pool's demand a node of a kind serves.</summary>
    public double UnitsOfKind(int kind, int pool)
    {
        double units = double.PositiveInfinity;
        ReadOnlySpan<double> demand = Tree.DemandOf(pool);
        ReadOnlySpan<double> amounts = Nodes.Kinds[kind].Amounts;
        for (int r = 0; r < demand.Length; r++)
        {
            if (demand[r] > 0)
                units = Math.Min(units, amounts[r] / demand[r]);
        }

        return units;
    }

    /// <summary>How many nodes of a pool stand in a zone.</summary>
    public int InZone(int zone, int pool) => _zoneCounts[(pool * Nodes.Kinds.ZoneCount) + zone];

    public bool PassesFilter(int node, int pool) => _filters.Passes(pool, Nodes.Kind[node], Nodes.Ids[node]);

    /// <summary>Whether no node of a kind passes a pool's filter.</summary>
    public bool IsBarred(int kind, int pool) => _filters.Bars(pool, kind);

    /// <summary>The fewest useful units that any kind of node serves of a pool: a bound, as there may be no such node.</summary>
    public double SmallestUnitsOf(int pool) => _filters.SmallestUnitsOf(pool, UnitsOfKind);

    /// <summary>Whether a node keeps the pool and all above it within their maxima.</summary>
    public bool FitsMaxima(int node, int pool)
    {
        if (!Tree.IsLimited[pool])
            return true;
        for (int p = pool; p != PoolTree.NoParent; p = Tree.Parent[p])
        {
            if (Tree.Specs[p].Maximum.Count > 0 && !FitsMaximum(p, Nodes.AmountsOf(node)))
                return false;
        }

        return true;
    }

    /// <summary>Whether a pool holds more than its maximum.</summary>
    public bool ExceedsMaximum(int pool) => !FitsMaximum(pool, []);

    public void Give(int node, int pool)
    {
        Owner[node] = pool;
        HeldUnits[pool] += UnitsOf(node, pool);
        HeldNodes[pool]++;
        Count(node, pool, 1);
        _lists.Add(node, pool);
    }

    /// <summary>Takes a node from its pool; it stands in no list then.</summary>
    public void Take(int node)
    {
        int pool = Owner[node];
        Owner[node] = Nobody;
        HeldUnits[pool] = HeldNodes[pool] == 1 ? 0 : HeldUnits[pool] - UnitsOf(node, pool);
        HeldNodes[pool]--;
        Count(node, pool, -1);
        _lists.Remove(node, pool);
    }

    /// <summary>Puts a node that nobody has among the free ones. Nodes must come in order of id.</summary>
    public void PutFree(int node) => _lists.Add(node, ListOfKind(Nodes.Kind[node]));

    public void RemoveFree(int node) => _lists.Remove(node, ListOfKind(Nodes.Kind[node]));

    public bool IsFree(int node) => Owner[node] == Nobody && Nodes.Available[node];

    /// <summary>The first free node of a kind by id, or -1.</summary>
    public int FirstFree(int kind) => _lists.First(ListOfKind(kind));

    /// <summary>The first node of a pool, in no order that means anything, or -1.</summary>
    public int FirstOf(int pool) => _lists.First(pool);

    /// <summary>The next node of the same list, or -1.</summary>
    public int Next(int node) => _lists.Next(node);

    /// <summary>The pools of all nodes: one that cannot serve stays with the pool that has it, and so comes home.</summary>
    public int[] OwnersWithUnavailable()
    {
        int[] owners = [.. Owner];
        for (int n = 0; n < owners.Length; n++)
        {
            if (!Nodes.Available[n])
                owners[n] = Nodes.Owner[n];
        }

        return owners;
    }

    // The lists of the pools come first.
    private int ListOfKind(int kind) => Tree.Count + kind;

    private bool FitsMaximum(int pool, ReadOnlySpan<double> more)
    {
        for (int r = 0; r < Tree.Resources; r++)
        {
            int at = (pool * Tree.Resources) + r;
            double held = _heldAmounts[at] + (more.IsEmpty ? 0 : more[r]);
            if (held > Tree.Maximum[at] * (1 + HashBalancer.Allocation.Resources.Shares.Tolerance))
                return false;
        }

        return true;
    }

    private void Count(int node, int pool, int sign)
    {
        NodeKind kind = Nodes.Kinds[Nodes.Kind[node]];
        _zoneCounts[(pool * Nodes.Kinds.ZoneCount) + kind.Zone] += sign;
        for (int p = Tree.IsLimited[pool] ? pool : PoolTree.NoParent; p != PoolTree.NoParent; p = Tree.Parent[p])
        {
            for (int r = 0; r < Tree.Resources; r++)
                _heldAmounts[(p * Tree.Resources) + r] += sign * kind.Amounts[r];
        }
    }
}
