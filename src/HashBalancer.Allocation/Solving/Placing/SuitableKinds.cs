namespace HashBalancer.Allocation.Solving.Placing;

/// <summary>Kinds of nodes in falling order of how much of them a pool can use; those of equal use in the order in which they came.</summary>
internal sealed class SuitableKinds
{
    private static readonly KindFit Struck = new(-1, 0, 0);

    private readonly KindFit[] _kinds;
    private int _struck;

    public SuitableKinds(List<KindFit> fits, int limit)
    {
        Count = Math.Min(limit, fits.Count);
        IsTruncated = Count < fits.Count;
        _kinds = new KindFit[Count];
        int next = 0;
        for (int use = KindFit.UseSteps; use >= 0 && next < Count; use--)
        {
            foreach (KindFit fit in fits)
            {
                if (fit.Use == use && next < Count)
                    _kinds[next++] = fit;
            }
        }
    }

    public int Count { get; private set; }

    /// <summary>Whether there were more kinds than are kept.</summary>
    public bool IsTruncated { get; }

    public KindFit this[int index] => _kinds[index];

    /// <summary>Marks a kind for removal by the next <see cref="Compact"/>.</summary>
    public void Strike(int index)
    {
        _kinds[index] = Struck;
        _struck++;
    }

    /// <summary>Removes what was struck.</summary>
    public void Compact()
    {
        if (_struck == 0)
            return;
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (_kinds[i].Kind >= 0)
                _kinds[kept++] = _kinds[i];
        }

        (Count, _struck) = (kept, 0);
    }
}
