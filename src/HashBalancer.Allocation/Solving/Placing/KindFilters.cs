using HashBalancer.Allocation.Model;

namespace HashBalancer.Allocation.Solving.Placing;

/// <summary>What can be said of pools and kinds of nodes for as long as both stay the same: who passes whose filter, and who serves least.</summary>
internal sealed class KindFilters
{
    private readonly PoolTree _tree;
    private readonly NodeTable _nodes;
    private readonly NodeKinds _kinds;
    private readonly int _kindCount;
    private readonly bool[]?[] _passes;
    private readonly double[] _smallest;

    public KindFilters(PoolTree tree, NodeTable nodes, KindFilters? previous = null)
    {
        (_tree, _nodes, _kinds, _kindCount) = (tree, nodes, nodes.Kinds, nodes.Kinds.Count);
        _passes = new bool[tree.Count][];
        _smallest = new double[tree.Count];
        bool sameKinds = previous is not null && previous._kinds == _kinds && previous._kindCount == _kindCount && previous._tree.Count == tree.Count;
        for (int p = 0; p < tree.Count; p++)
        {
            // A change of one pool leaves the declarations of all others the very same objects.
            if (sameKinds && ReferenceEquals(previous!._tree.Specs[p], tree.Specs[p]))
                (_passes[p], _smallest[p]) = (previous._passes[p], previous._smallest[p]);
            else if (tree.Specs[p].Filter is { } filter)
                _passes[p] = [.. Enumerable.Range(0, _kindCount).Select(kind => NodeMatch.PassesByKind(filter, _kinds[kind].Example))];
        }
    }

    public bool IsUpToDate(PoolTree tree) => tree == _tree && _kinds == _nodes.Kinds && _kindCount == _kinds.Count;

    /// <summary>Whether a node of a kind passes a pool's filter, which may also name nodes.</summary>
    public bool Passes(int pool, int kind, string node) =>
        _passes[pool] is not { } passes || (passes[kind] && PassesById(_tree.Specs[pool].Filter!, node));

    public bool Bars(int pool, int kind) => _passes[pool] is { } passes && !passes[kind];

    /// <summary>The fewest useful units that a node of any kind serves of a pool, kinds included that have no nodes any more.</summary>
    public double SmallestUnitsOf(int pool, Func<int, int, double> unitsOfKind)
    {
        if (_smallest[pool] == 0)
        {
            double smallest = double.PositiveInfinity;
            for (int kind = 0; kind < _kindCount; kind++)
            {
                if (!Bars(pool, kind) && unitsOfKind(kind, pool) is >= KindFit.SmallestUseful and double units)
                    smallest = Math.Min(smallest, units);
            }

            _smallest[pool] = smallest;
        }

        return _smallest[pool];
    }

    private static bool PassesById(NodeFilter filter, string node) =>
        filter.Nodes.Count + filter.Except.Count == 0 || NodeMatch.PassesById(filter, node);
}
