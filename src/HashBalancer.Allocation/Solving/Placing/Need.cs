using System.Runtime.InteropServices;
using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Solving.Placing;

/// <summary>How urgently a pool needs a node.</summary>
internal enum NeedTier
{
    /// <summary>It is below its guarantee.</summary>
    Guarantee,

    /// <summary>It is below its target.</summary>
    Target,

    /// <summary>It has its target and could use more.</summary>
    Want,

    /// <summary>It has all it wants.</summary>
    None,
}

/// <summary>A pool's place in the queue for nodes.</summary>
/// <param name="Tier">The lower is served first.</param>
/// <param name="Ratio">Held / what the tier asks for; the lower is served first.</param>
/// <param name="Missing">Units until the tier is left.</param>
/// <param name="HadMore">Whether it had more nodes before: level with others it keeps what it has.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Need(NeedTier Tier, double Ratio, double Missing, bool HadMore)
{
    public static Need Of(PlacementState state, int pool)
    {
        double held = state.HeldUnits[pool];
        bool hadMore = state.HeldNodes[pool] < state.NodesBefore[pool];
        (NeedTier tier, double asked) =
            Lacks(held, state.Guaranteed(pool)) ? (NeedTier.Guarantee, state.Guaranteed(pool))
            : Lacks(held, state.Shares.Units[pool]) ? (NeedTier.Target, state.Shares.Units[pool])
            : Lacks(held, state.Shares.CeilingUnits[pool]) ? (NeedTier.Want, state.Shares.CeilingUnits[pool])
            : (NeedTier.None, held);
        return new Need(tier, tier == NeedTier.None ? 1 : held / asked, asked - held, hadMore);
    }

    private static bool Lacks(double held, double asked) => held < asked * (1 - Slack);

    /// <summary>What counts as rounding: holdings are running sums of quotients, and a pool that has 10 × 0.1 units has 1.</summary>
    public const double Slack = 1e-9;
}

/// <summary>Orders pools by need; ties go to the larger weight, then to who had more nodes before, then to the higher priority, then by name.</summary>
internal sealed class NeedOrder(PoolTree tree) : IComparer<(Need Need, int Pool)>
{
    public int Compare((Need Need, int Pool) a, (Need Need, int Pool) b)
    {
        // As numbers: comparing values of an enum allocates.
        int order = ((int)a.Need.Tier).CompareTo((int)b.Need.Tier);
        if (order == 0)
            order = Shares.Compare(a.Need.Ratio, b.Need.Ratio);
        if (order == 0)
            order = Shares.Compare(tree.PathWeight[b.Pool], tree.PathWeight[a.Pool]);
        if (order == 0)
            order = b.Need.HadMore.CompareTo(a.Need.HadMore);
        if (order == 0)
            order = tree.Priorities[b.Pool].CompareTo(tree.Priorities[a.Pool]);
        return order != 0 ? order : tree.NameRanks[a.Pool].CompareTo(tree.NameRanks[b.Pool]);
    }
}
