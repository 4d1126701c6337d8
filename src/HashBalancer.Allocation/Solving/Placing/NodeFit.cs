using System.Runtime.InteropServices;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Solving.Placing;

/// <summary>How well a kind of node suits a pool, whichever node it is.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Use">
/// The part of the node's dominant capacity that the pool can use, in eighths: fits that are nearly as good leave the choice to the zones.
/// </param>
/// <param name="Units">Units that a node serves.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct KindFit(int Kind, int Use, double Units)
{
    /// <summary>The use of a node that is used to the full.</summary>
    public const int UseSteps = 8;

    /// <summary>A node that serves fewer units is of no use.</summary>
    public const double SmallestUseful = 0.001;

    /// <summary>Whether a node serves at least a thousandth of a unit.</summary>
    public bool IsUseful => Units >= SmallestUseful;

    public static KindFit Of(PlacementState state, FleetScale scale, int kind, int pool)
    {
        double units = state.UnitsOfKind(kind, pool);
        double use = Math.Min(1, units * scale.StepOf(pool) / scale.DominantShareOfKind(kind));
        return new KindFit(kind, (int)Math.Round(use * UseSteps), units);
    }
}

/// <summary>How well one node suits a pool.</summary>
/// <param name="Kind">What its kind brings.</param>
/// <param name="InZone">How many nodes the pool has in that zone.</param>
/// <param name="Covers">Whether it serves all that is missing.</param>
/// <param name="Since">When its lease began; newer ones are taken first.</param>
/// <param name="Node">The node, by order of id.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NodeFit(KindFit Kind, int InZone, bool Covers, long Since, int Node)
{
    /// <summary>What every fit is better than.</summary>
    public static NodeFit None { get; } = new(default, 0, false, 0, -1);

    public NodeFit(PlacementState state, in KindFit kind, int node, int pool, double missing, long since = 0)
        : this(kind, state.InZone(state.Nodes.Kinds[kind.Kind].Zone, pool), kind.Units >= missing * (1 - Need.Slack), since, node)
    {
    }

    /// <summary>
    /// Nodes as full as possible, zones as even as possible; then the smallest node that covers what is missing or, where none does,
    /// the largest, which takes the fewest nodes; then the newest lease and the first by id.
    /// </summary>
    public bool IsBetterThan(in NodeFit other)
    {
        if (other.Node < 0)
            return true;
        if (Kind.Use != other.Kind.Use)
            return Kind.Use > other.Kind.Use;
        if (InZone != other.InZone)
            return InZone < other.InZone;
        if (Covers != other.Covers)
            return Covers;
        if (Shares.Compare(Kind.Units, other.Kind.Units) is not 0 and int units)
            return Covers ? units < 0 : units > 0;
        return Since != other.Since ? Since > other.Since : Node < other.Node;
    }
}

/// <summary>Dominant shares of nodes and of units, computed once for a placement.</summary>
internal sealed class FleetScale
{
    private readonly double[] _steps;
    private readonly double[] _kindShares;

    public FleetScale(PoolTree tree, NodeTable nodes)
    {
        double[] total = Array.ConvertAll(nodes.Total, t => (double)t);
        _steps = new double[tree.Count];
        for (int p = 0; p < tree.Count; p++)
            _steps[p] = DominantShare(tree.DemandOf(p), total);
        _kindShares = new double[nodes.Kinds.Count];
        for (int kind = 0; kind < _kindShares.Length; kind++)
            _kindShares[kind] = DominantShare(nodes.Kinds[kind].Amounts, total);
    }

    /// <summary>The dominant share of one unit of a pool.</summary>
    public double StepOf(int pool) => _steps[pool];

    /// <summary>The dominant share of a whole node.</summary>
    public double DominantShareOfKind(int kind) => _kindShares[kind];

    private static double DominantShare(ReadOnlySpan<double> amounts, double[] total)
    {
        double share = 0;
        for (int r = 0; r < amounts.Length; r++)
        {
            if (amounts[r] > 0)
                share = Math.Max(share, amounts[r] / total[r]);
        }

        return share;
    }
}
