using System.Runtime.InteropServices;

namespace HashBalancer.Allocation.Solving.Placing;

/// <summary>How well a node suits a pool.</summary>
/// <param name="Use">
/// The part of the node's dominant capacity that the pool can use, in eighths: fits that are nearly as good leave the choice to the zones.
/// </param>
/// <param name="InZone">How many nodes the pool has in that zone.</param>
/// <param name="Units">Units that the node serves.</param>
/// <param name="Covers">Whether that is all that is missing.</param>
/// <param name="Since">When its lease began; newer ones are taken first.</param>
/// <param name="Node">The node, by order of id.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NodeFit(int Use, int InZone, double Units, bool Covers, long Since, int Node)
{
    private const int UseSteps = 8;

    /// <summary>
    /// Nodes as full as possible, zones as even as possible; then the smallest node that covers what is missing or, where none does,
    /// the largest, which takes the fewest nodes; then the newest lease and the first by id.
    /// </summary>
    public bool IsBetterThan(in NodeFit other)
    {
        if (Use != other.Use)
            return Use > other.Use;
        if (InZone != other.InZone)
            return InZone < other.InZone;
        if (Covers != other.Covers)
            return Covers;
        if (Resources.Shares.Compare(Units, other.Units) is not 0 and int units)
            return Covers ? units < 0 : units > 0;
        return Since != other.Since ? Since > other.Since : Node < other.Node;
    }

    /// <summary>Measures a node for a pool; null when it cannot serve one thousandth of a unit.</summary>
    /// <param name="state">The placement.</param>
    /// <param name="scale">What turns amounts into shares of the fleet.</param>
    /// <param name="node">The node.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="missing">Units that the pool misses.</param>
    /// <param name="since">When the node's lease began.</param>
    public static NodeFit? Of(PlacementState state, FleetScale scale, int node, int pool, double missing, long since = 0)
    {
        double units = state.UnitsOf(node, pool);
        if (units < SmallestUseful)
            return null;
        double use = Math.Min(1, units * scale.StepOf(pool) / scale.DominantShareOf(node));
        return new NodeFit((int)Math.Round(use * UseSteps), state.InZoneOf(node, pool), units, units >= missing * (1 - Need.Slack), since, node);
    }

    private const double SmallestUseful = 0.001;
}

/// <summary>Dominant shares of nodes and of units, computed once for a placement.</summary>
internal sealed class FleetScale
{
    private readonly PoolTree _tree;
    private readonly double[] _steps;
    private readonly double[] _total;
    private readonly NodeTable _nodes;
    private readonly double[] _nodeShares;

    public FleetScale(PoolTree tree, NodeTable nodes)
    {
        (_tree, _nodes) = (tree, nodes);
        _total = Array.ConvertAll(nodes.Total, t => (double)t);
        _steps = new double[tree.Count];
        _nodeShares = new double[nodes.Count];
        for (int p = 0; p < tree.Count; p++)
            _steps[p] = DominantShare(tree.DemandOf(p));
    }

    /// <summary>The dominant share of one unit of a pool.</summary>
    public double StepOf(int pool) => _steps[pool];

    /// <summary>The dominant share of a whole node.</summary>
    public double DominantShareOf(int node)
    {
        if (_nodeShares[node] == 0)
            _nodeShares[node] = DominantShare(_nodes.Amounts.AsSpan(node * _tree.Resources, _tree.Resources));
        return _nodeShares[node];
    }

    private double DominantShare(ReadOnlySpan<double> amounts)
    {
        double share = 0;
        for (int r = 0; r < amounts.Length; r++)
        {
            if (amounts[r] > 0)
                share = Math.Max(share, amounts[r] / _total[r]);
        }

        return share;
    }
}
