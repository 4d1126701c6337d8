namespace HashBalancer.Allocation.Solving.Sharing;

/// <summary>What <see cref="ShareSolver"/> found, pool by pool.</summary>
internal sealed class ShareResult(int pools, int resources)
{
    /// <summary>The units that a leaf is due.</summary>
    public double[] Units { get; } = new double[pools];

    /// <summary>The units that a leaf has in any case.</summary>
    public double[] FloorUnits { get; } = new double[pools];

    /// <summary>The units that a leaf wants, its own maximum counted.</summary>
    public double[] CeilingUnits { get; } = new double[pools];

    /// <summary>What every pool got from its parent, before leftovers, with what it does not lend.</summary>
    public double[] Shares { get; } = new double[pools * resources];

    /// <summary>Whether guarantees had to be cut somewhere.</summary>
    public bool InfeasibleGuarantees { get; set; }

    /// <summary>Whose guarantee was cut.</summary>
    public bool[] GuaranteeCut { get; } = new bool[pools];

    /// <summary>For a leaf that wants more, the limit that holds it: group × resources + resource; -1 where none was looked for.</summary>
    public int[] UsedUpAt { get; } = Filled(pools);

    /// <summary>The pool whose maximum is the limit of a group; -1 for group 0, which is the fleet. Null when no leaf wants more.</summary>
    public int[]? GroupPools { get; set; }

    private static int[] Filled(int pools)
    {
        int[] values = new int[pools];
        Array.Fill(values, -1);
        return values;
    }
}
