namespace HashBalancer.Allocation.Solving.Placing;

/// <summary>Pools in falling order of how much of their target they hold, kept in order while single ones change.</summary>
internal sealed class GiverQueue
{
    private readonly List<int> _givers;
    private readonly Func<int, double> _ratio;
    private readonly int[] _nameRanks;
    private readonly Dictionary<int, double> _keys;

    public GiverQueue(List<int> givers, Func<int, double> ratio, int[] nameRanks)
    {
        _ratio = ratio;
        _nameRanks = nameRanks;
        _keys = givers.ToDictionary(g => g, ratio);
        _givers = givers;
        _givers.Sort(Compare);
    }

    /// <summary>The pools, the one that holds most of its target first.</summary>
    public List<int> Descending() => _givers;

    /// <summary>Puts a pool where it belongs now; a pool that is none of the givers is left alone.</summary>
    public void Changed(int giver)
    {
        if (!_keys.ContainsKey(giver))
            return;
        _givers.RemoveAt(_givers.BinarySearch(giver, Comparer<int>.Create(Compare)));
        _keys[giver] = _ratio(giver);
        int at = _givers.BinarySearch(giver, Comparer<int>.Create(Compare));
        _givers.Insert(~at, giver);
    }

    // Exact comparison: an order with a tolerance would not be transitive, which a binary search needs.
    private int Compare(int a, int b)
    {
        int order = _keys[b].CompareTo(_keys[a]);
        return order != 0 ? order : _nameRanks[a].CompareTo(_nameRanks[b]);
    }
}
