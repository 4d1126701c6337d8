using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>Turns counts by place into rates. One per pool and gateway; not thread-safe. 768 KB.</summary>
internal sealed class SliceMeter(SliceCounts counts)
{
    private const int Shift = 32 - SliceCounts.Bits;
    private readonly float[] _rates = new float[SliceCounts.Count];
    private uint[] _seen = Read(counts);
    private uint[] _next = new uint[SliceCounts.Count];

    /// <summary>Takes what was counted since the last time.</summary>
    public void Measure(TimeSpan elapsed, double weight)
    {
        counts.Read(_next);
        float perSecond = (float)(1 / elapsed.TotalSeconds), share = (float)weight;
        for (int i = 0; i < _rates.Length; i++)
            _rates[i] += share * ((unchecked(_next[i] - _seen[i]) * perSecond) - _rates[i]);
        (_seen, _next) = (_next, _seen);
    }

    /// <summary>The rate of the arcs that each slot's node owns now, whoever owned them when the requests came.</summary>
    public double[] RatesOf(HashRing ring)
    {
        double[] rates = new double[ring.SlotCount];
        foreach (RingArc arc in ring.Arcs())
        {
            for (uint slice = arc.First >> Shift; slice <= arc.Last >> Shift; slice++)
            {
                long start = Math.Max(arc.First, (long)slice << Shift), end = Math.Min(arc.Last, ((long)(slice + 1) << Shift) - 1);
                rates[arc.Slot] += _rates[slice] * (double)(end - start + 1) / (1 << Shift);
            }
        }

        return rates;
    }

    /// <summary>The heavy slices by name, the others as one.</summary>
    /// <param name="most">How many may be named.</param>
    public SliceRates Summary(int most)
    {
        // Rates by place are so uneven that a few doublings find a threshold, where sorting would take longer than all else here.
        double total = 0;
        foreach (float rate in _rates)
            total += rate;
        float threshold = (float)(2 * total / _rates.Length);
        while (CountAbove(threshold) > most)
            threshold *= 2;

        List<(uint, double)> heavy = [];
        double named = 0;
        for (int i = 0; i < _rates.Length && total > 0; i++)
        {
            if (_rates[i] <= threshold)
                continue;
            heavy.Add(((uint)i, _rates[i]));
            named += _rates[i];
        }

        return new SliceRates(SliceCounts.Bits, heavy, Math.Max(0, total - named));
    }

    private int CountAbove(float threshold)
    {
        int above = 0;
        foreach (float rate in _rates)
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
