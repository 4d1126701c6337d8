namespace HashBalancer.Allocation.Solving.Placing;

/// <summary>Pools in falling order of how much of their target they would keep without their smallest node, in order while single ones change.</summary>
/// <remarks>
/// That order ends a search early: who keeps too little of its target is followed only by pools that keep less. Pools far above their
/// target stand in a second, short list, as most searches may take from these alone.
/// </remarks>
internal sealed class GiverQueue
{
    private readonly PlacementState _state;
    private readonly SortedSet<(int Pool, double KeptRatio)> _all;
    private readonly SortedSet<(int Pool, double KeptRatio)> _far;
    private readonly double[] _smallest;
    private readonly double[] _keptRatios;
    private readonly double _farAbove;

    /// <summary>Orders pools that may give.</summary>
    /// <param name="state">The placement.</param>
    /// <param name="givers">The pools.</param>
    /// <param name="farAbove">Above this part of its target a pool is far above it.</param>
    public GiverQueue(PlacementState state, List<int> givers, double farAbove)
    {
        _state = state;
        _farAbove = farAbove;
        _smallest = new double[state.Tree.Count];
        _keptRatios = new double[state.Tree.Count];
        Array.Fill(_keptRatios, double.NaN);

        // Exact comparison: an order with a tolerance would not be transitive, which a sorted set needs.
        int[] names = state.Tree.NameRanks;
        var order = Comparer<(int Pool, double KeptRatio)>.Create((a, b) =>
            b.KeptRatio.CompareTo(a.KeptRatio) is not 0 and int compared ? compared : names[a.Pool].CompareTo(names[b.Pool]));
        foreach (int giver in givers)
            Measure(giver);
        _all = new SortedSet<(int Pool, double KeptRatio)>(givers.Select(Entry), order);
        _far = new SortedSet<(int Pool, double KeptRatio)>(givers.Where(IsFarAbove).Select(Entry), order);
    }

    /// <summary>The pools with what they would keep of their target; infinite for a pool without a target.</summary>
    /// <param name="farAboveOnly">Whether only pools far above their target are wanted.</param>
    public SortedSet<(int Pool, double KeptRatio)> Descending(bool farAboveOnly) => farAboveOnly ? _far : _all;

    /// <summary>The units that a pool has of its smallest node.</summary>
    public double SmallestNodeOf(int giver) => _smallest[giver];

    /// <summary>Puts a pool where it belongs now; a pool that is none of the givers is left alone.</summary>
    public void Changed(int giver)
    {
        if (double.IsNaN(_keptRatios[giver]))
            return;
        _all.Remove(Entry(giver));
        _far.Remove(Entry(giver));
        Measure(giver);
        _all.Add(Entry(giver));
        if (IsFarAbove(giver))
            _far.Add(Entry(giver));
    }

    private (int Pool, double KeptRatio) Entry(int giver) => (giver, _keptRatios[giver]);

    private bool IsFarAbove(int giver) => _state.RatioOf(giver) > _farAbove;

    private void Measure(int giver)
    {
        double smallest = double.PositiveInfinity;
        for (int node = _state.FirstOf(giver); node >= 0; node = _state.Next(node))
            smallest = Math.Min(smallest, _state.UnitsOf(node, giver));
        _smallest[giver] = smallest;
        double target = _state.Shares.Units[giver];
        _keptRatios[giver] =
            _state.HeldNodes[giver] == 0 ? double.NegativeInfinity
            : target > 0 ? (_state.HeldUnits[giver] - smallest) / target
            : double.PositiveInfinity;
    }
}
