namespace HashBalancer.Control;

/// <summary>Requests per second by place: the circle in equal slices, the heavy ones by name, all others alike.</summary>
/// <remarks>
/// A pool's load by place in bounded memory and bounded bytes: of Zipf-distributed keys a thousand slices of 65,536 carry some two
/// thirds of all requests, and what is left is even enough that width tells it. Immutable; thread-safe.
/// </remarks>
internal sealed class SliceRates
{
    private readonly uint[] _heavy;
    private readonly double[] _rates;
    private readonly int _shift;

    /// <summary>Makes rates.</summary>
    /// <param name="sliceBits">2^bits slices; 1 to 20.</param>
    /// <param name="heavy">Slices and their rates, in order of slice, each slice once.</param>
    /// <param name="rest">The rate of all other slices together.</param>
    public SliceRates(int sliceBits, IReadOnlyList<(uint Slice, double Rate)> heavy, double rest)
    {
        SliceBits = sliceBits;
        _shift = 32 - sliceBits;
        _heavy = [.. heavy.Select(h => h.Slice)];
        _rates = [.. heavy.Select(h => h.Rate)];
        Rest = rest;
        RestPerPosition = rest / Math.Max(1, ((1L << sliceBits) - _heavy.Length) << _shift);
        Total = _rates.Sum() + rest;
    }

    /// <summary>2^bits slices.</summary>
    public int SliceBits { get; }

    /// <summary>The rate of all slices that are not named.</summary>
    public double Rest { get; }

    /// <summary>The rate of the whole circle.</summary>
    public double Total { get; }

    /// <summary>The named slices in order.</summary>
    public IEnumerable<(uint Slice, double Rate)> Heavy => _heavy.Zip(_rates);

    private double RestPerPosition { get; }

    /// <summary>The rate of a stretch; a slice that lies in it in part counts by that part.</summary>
    /// <remarks>Cost: a bisection and the heavy slices of the stretch.</remarks>
    public double Of(uint first, uint last)
    {
        long width = (long)last - first + 1;
        double rate = 0;
        int index = Array.BinarySearch(_heavy, first >> _shift);
        for (int i = index < 0 ? ~index : index; i < _heavy.Length && (long)_heavy[i] << _shift <= last; i++)
        {
            long start = (long)_heavy[i] << _shift, end = start + (1L << _shift) - 1;
            long inside = Math.Min(end, last) - Math.Max(start, first) + 1;
            rate += _rates[i] * inside / (1L << _shift);
            width -= inside;
        }

        return rate + (width * RestPerPosition);
    }

    /// <summary>The greatest beginning of a stretch that carries at most so much, cut where slices begin; null when not even the first slice of it does.</summary>
    public uint? EndOf(uint first, uint last, double atMost)
    {
        double carried = 0;
        uint? end = null;
        for (long start = first; start <= last;)
        {
            long sliceEnd = Math.Min(last, (((start >> _shift) + 1) << _shift) - 1);
            carried += Of((uint)start, (uint)sliceEnd);
            if (carried > atMost)
                break;
            end = (uint)sliceEnd;
            start = sliceEnd + 1;
        }

        return end;
    }

    /// <summary>The sum of what several gateways measured, in the slices of the finest.</summary>
    public static SliceRates Merge(IReadOnlyList<SliceRates> parts)
    {
        if (parts.Count == 1)
            return parts[0];
        int bits = parts.Count == 0 ? 1 : parts.Max(p => p.SliceBits);
        SortedSet<uint> named = [.. parts.SelectMany(p => p.Heavy.SelectMany(h => p.SlicesOf(h.Slice, bits)))];
        int shift = 32 - bits;
        List<(uint, double)> heavy = [.. named.Select(slice =>
            (slice, parts.Sum(p => p.Of(slice << shift, (uint)(((long)(slice + 1) << shift) - 1)))))];
        return new SliceRates(bits, heavy, parts.Sum(p => p.Total) - heavy.Sum(h => h.Item2));
    }

    private IEnumerable<uint> SlicesOf(uint slice, int bits) =>
        Enumerable.Range(0, 1 << (bits - SliceBits)).Select(i => (slice << (bits - SliceBits)) + (uint)i);
}
