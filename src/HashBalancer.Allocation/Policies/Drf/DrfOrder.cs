using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Policies.Drf;

/// <summary>What a pool or framework holds, for ordering.</summary>
/// <param name="Name">Breaks the last tie, ordinally.</param>
/// <param name="Allocated">What it holds.</param>
/// <param name="Weight">Above 0. Default 1.</param>
/// <param name="Allocations">In how many allocations it got that; fewer go first among equal shares.</param>
public sealed record DrfHolding(string Name, ResourceVector Allocated, double Weight = 1, int Allocations = 0)
{
    /// <summary>Dominant share of a total divided by weight: 0 for who holds nothing.</summary>
    public double ShareOf(ResourceVector total)
    {
        ArgumentNullException.ThrowIfNull(total);
        return Allocated.DominantShareOf(total, out _) / Weight;
    }
}

/// <summary>How equal dominant shares are told apart.</summary>
public enum DrfTieBreak
{
    /// <summary>Fewer allocations first, then the name (Apache Mesos).</summary>
    FewerAllocations,

    /// <summary>The next-largest shares first, as a list, then fewer allocations, then the name (Apache YuniKorn).</summary>
    Lexicographic,
}

/// <summary>The order in which holders are served under Dominant Resource Fairness: ascending dominant share / weight.</summary>
public static class DrfOrder
{
    /// <summary>Sorts holders, the most deserving first.</summary>
    public static IReadOnlyList<DrfHolding> Sort(ResourceVector total, IEnumerable<DrfHolding> holdings, DrfTieBreak tieBreak = DrfTieBreak.FewerAllocations)
    {
        ArgumentNullException.ThrowIfNull(total);
        ArgumentNullException.ThrowIfNull(holdings);
        return [.. holdings.OrderBy(h => h, Comparer<DrfHolding>.Create((a, b) => Compare(a, b, total, tieBreak)))];
    }

    internal static int Compare(DrfHolding a, DrfHolding b, ResourceVector total, DrfTieBreak tieBreak)
    {
        int order = Shares.Compare(a.ShareOf(total), b.ShareOf(total));
        if (order == 0 && tieBreak == DrfTieBreak.Lexicographic)
            order = CompareAllShares(a, b, total);
        if (order == 0)
            order = a.Allocations.CompareTo(b.Allocations);
        return order != 0 ? order : string.CompareOrdinal(a.Name, b.Name);
    }

    private static int CompareAllShares(DrfHolding a, DrfHolding b, ResourceVector total)
    {
        double[] left = Descending(a, total), right = Descending(b, total);
        for (int i = 0; i < left.Length; i++)
        {
            if (Shares.Compare(left[i], right[i]) is not 0 and int order)
                return order;
        }

        return 0;
    }

    private static double[] Descending(DrfHolding holding, ResourceVector total)
    {
        double[] shares = new double[total.Resources.Count];
        for (int r = 0; r < shares.Length; r++)
        {
            long held = holding.Allocated.Thousandths[r];
            shares[r] = held == 0 ? 0 : -((double)held / total.Thousandths[r] / holding.Weight);
        }

        // Negated, so that ascending order is descending shares.
        Array.Sort(shares);
        return Array.ConvertAll(shares, s => -s);
    }
}
