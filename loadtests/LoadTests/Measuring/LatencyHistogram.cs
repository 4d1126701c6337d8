using System.Numerics;

namespace HashBalancer.LoadTests.Measuring;

/// <summary>
/// Counts durations in nanoseconds in buckets whose width grows with the value, as HDR histograms do: below 512 ns every value
/// has its own bucket, above it each power of two is cut into 256. A quantile is given as the middle of its bucket, so it is
/// within <see cref="RelativeError"/> of the exact nearest-rank quantile; count, minimum, maximum and mean are exact.
/// </summary>
/// <remarks>Thread-safe for recording. Reading while others record gives some state between. 74 kB each.</remarks>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 8;
    private const int SubBuckets = 1 << SubBucketBits;

    /// <summary>Half a bucket's width over its lower edge: 1/512, just under 0.2 %.</summary>
    public const double RelativeError = 1.0 / (2 * SubBuckets);

    /// <summary>The highest value that has a bucket of its own, 2^42 ns (73 minutes); longer ones count into the last bucket.</summary>
    public const long Highest = (1L << 42) - 1;

    private readonly long[] _counts = new long[IndexOf(Highest) + 1];
    private long _count;
    private long _sum;
    private long _min = long.MaxValue;
    private long _max;

    public long Count => Volatile.Read(ref _count);

    public long Max => Volatile.Read(ref _max);

    public long Min => Count == 0 ? 0 : Volatile.Read(ref _min);

    public double Mean => Count == 0 ? 0 : (double)Volatile.Read(ref _sum) / Count;

    /// <summary>Counts one duration; a negative one (two clocks that disagree by a tick) counts as 0.</summary>
    public void Record(long nanoseconds)
    {
        long value = Math.Max(0, nanoseconds);
        Interlocked.Increment(ref _counts[IndexOf(Math.Min(value, Highest))]);
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _sum, value);
        Lower(ref _min, value);
        Raise(ref _max, value);
    }

    /// <summary>Counts everything that another histogram has counted, too.</summary>
    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
            Interlocked.Add(ref _counts[i], Volatile.Read(ref other._counts[i]));
        Interlocked.Add(ref _sum, Volatile.Read(ref other._sum));
        if (other.Count > 0)
        {
            Lower(ref _min, other.Min);
            Raise(ref _max, other.Max);
        }

        Interlocked.Add(ref _count, other.Count);
    }

    /// <summary>The nearest-rank quantile in nanoseconds: the smallest recorded value that at least q × count values do not exceed.</summary>
    /// <param name="q">0..1.</param>
    public long Quantile(double q)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(q);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(q, 1);
        if (Count == 0)
            return 0;

        // The shrink keeps 0.07 × 100 = 7.000000000000001 from asking for rank 8.
        long rank = Math.Max(1, (long)Math.Ceiling(q * Count * (1 - 1e-12)));
        if (rank >= Count)
            return Max;

        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += Volatile.Read(ref _counts[i]);
            if (seen >= rank)
                return Math.Clamp(MiddleOf(i), Min, Max);
        }

        return Max;
    }

    private static int IndexOf(long value)
    {
        int shift = Math.Max(0, 63 - BitOperations.LeadingZeroCount((ulong)value) - SubBucketBits);
        return (shift << SubBucketBits) + (int)(value >> shift);
    }

    private static long MiddleOf(int index)
    {
        if (index < 2 * SubBuckets)
            return index;
        int shift = (index >> SubBucketBits) - 1;
        long low = (long)(index - (shift << SubBucketBits)) << shift;
        return low + (1L << shift) / 2;
    }

    private static void Lower(ref long field, long value)
    {
        long seen;
        while (value < (seen = Volatile.Read(ref field)) && Interlocked.CompareExchange(ref field, value, seen) != seen)
        {
        }
    }

    private static void Raise(ref long field, long value)
    {
        long seen;
        while (value > (seen = Volatile.Read(ref field)) && Interlocked.CompareExchange(ref field, value, seen) != seen)
        {
        }
    }
}
