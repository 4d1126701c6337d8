using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>Turns counts by place into rates: those of a short time, and lasting ones. One per pool and gateway; not thread-safe. 1 MB.</summary>
internal sealed class SliceMeter(SliceCounts counts)
{
    private const int Shift = 32 - SliceCounts.Bits;
    private readonly float[] _recent = new float[SliceCounts.Count];
    private readonly float[] _lasting = new float[SliceCounts.Count];
    private uint[] _seen = Read(counts);
    private uint[] _next = new uint[SliceCounts.Count];

    /// <summary>Requests per second of the whole circle, lately.</summary>
    public double Recent { get; private set; }

    /// <summary>The same over a longer time.</summary>
    public double Lasting { get; private set; }

    /// <summary>Takes what was counted since the last time.</summary>
    /// <param name="elapsed">Since then.</param>
    /// <param name="recent">What it weighs in the rates of a short time.</param>
    /// <param name="lasting">What it weighs in the lasting ones.</param>
    public void Measure(TimeSpan elapsed, double recent, double lasting)
    {
        counts.Read(_next);
        float perSecond = (float)(1 / elapsed.TotalSeconds), recentShare = (float)recent, lastingShare = (float)lasting;
        double recentSum = 0, lastingSum = 0;
        for (int i = 0; i < _recent.Length; i++)
        {
            float rate = unchecked(_next[i] - _seen[i]) * perSecond;
            recentSum += _recent[i] += recentShare * (rate - _recent[i]);
            lastingSum += _lasting[i] += lastingShare * (rate - _lasting[i]);
        }

        (Recent, Lasting) = (recentSum, lastingSum);
        (_seen, _next) = (_next, _seen);
    }

    /// <summary>The lasting rates become those of the short time: what was before is past.</summary>
    public void Restart()
    {
        _recent.CopyTo(_lasting, 0);
        Lasting = Recent;
    }

    /// <summary>The rates of the arcs that each slot's node owns now, whoever owned them when the requests came.</summary>
    public (double[] Recent, double[] Lasting) RatesOf(HashRing ring)
    {
        double[] recent = new double[ring.SlotCount], lasting = new double[ring.SlotCount];
        foreach (RingArc arc in ring.Arcs())
        {
            for (uint slice = arc.First >> Shift; slice <= arc.Last >> Shift; slice++)
            {
                long start = Math.Max(arc.First, (long)slice << Shift), end = Math.Min(arc.Last, ((long)(slice + 1) << Shift) - 1);
                double part = (double)(end - start + 1) / (1 << Shift);
                recent[arc.Slot] += _recent[slice] * part;
                lasting[arc.Slot] += _lasting[slice] * part;
            }
        }

        return (recent, lasting);
    }

    /// <summary>The heavy slices by name, the others as one: lasting rates.</summary>
    /// <param name="most">How many may be named.</param>
    /// <param name="scale">What every rate is multiplied by.</param>
    public SliceRates Summary(int most, double scale)
    {
        // Rates by place are so uneven that a few doublings find a threshold, where sorting would take longer than all else here.
        float threshold = (float)(2 * Lasting / _lasting.Length);
        while (CountAbove(threshold) > most)
            threshold *= 2;

        List<(uint, double)> heavy = [];
        double named = 0;
        for (int i = 0; i < _lasting.Length && Lasting > 0; i++)
        {
            if (_lasting[i] <= threshold)
                continue;
            heavy.Add(((uint)i, _lasting[i] * scale));
            named += _lasting[i];
        }

        return new SliceRates(SliceCounts.Bits, heavy, Math.Max(0, Lasting - named) * scale);
    }

    private int CountAbove(float threshold)
    {
        int above = 0;
        foreach (float rate in _lasting)
            above += rate > threshold ? 1 : 0;
        return above;
    }

    private static uint[] Read(SliceCounts counts)
    {
        uint[] values = new uint[SliceCounts.Count];
        counts.Read(values);
        return values;
    }
}
