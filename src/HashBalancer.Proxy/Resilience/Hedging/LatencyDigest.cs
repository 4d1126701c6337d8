using System.Numerics;

namespace HashBalancer.Proxy;

/// <summary>A quantile of a pool's recent response times, for the delay of second tries.</summary>
/// <remarks>Counts in buckets an eighth of a power of two wide, fading by half every ten seconds. Thread-safe: recording is one atomic addition;
/// <see cref="Revise"/> is for one caller at a time, and may lose what is recorded at that moment.</remarks>
internal sealed class LatencyDigest
{
    /// <summary>Below it a quantile says nothing yet.</summary>
    public const int LeastSamples = 50;

    private const int PerOctave = 8;
    private const int RevisionsPerFade = 40;

    private readonly long[] _counts = new long[64 * PerOctave];
    private long _quantile;
    private int _revisions;

    /// <summary>The quantile as revised last, up to an eighth above the truth; null while too little is known.</summary>
    public TimeSpan? Quantile => Volatile.Read(ref _quantile) is > 0 and long ticks ? TimeSpan.FromTicks(ticks) : null;

    /// <summary>Counts a response time.</summary>
    public void Record(TimeSpan took) => Interlocked.Increment(ref _counts[BucketOf(took.Ticks)]);

    /// <summary>Draws the quantile anew; called four times a second.</summary>
    /// <param name="quantile">Above 0, below 1.</param>
    public void Revise(double quantile)
    {
        if (++_revisions % RevisionsPerFade == 0)
            Fade();
        long total = 0;
        foreach (ref long count in _counts.AsSpan())
            total += Volatile.Read(ref count);
        if (total < LeastSamples)
            return;
        long below = (long)Math.Ceiling(total * quantile);
        int bucket = 0;
        for (; bucket < _counts.Length - 1; bucket++)
        {
            below -= Volatile.Read(ref _counts[bucket]);
            if (below <= 0)
                break;
        }

        Volatile.Write(ref _quantile, UpperEndOf(bucket));
    }

    private void Fade()
    {
        foreach (ref long count in _counts.AsSpan())
            Interlocked.Add(ref count, -(Volatile.Read(ref count) + 1) / 2);
    }

    private static int BucketOf(long ticks)
    {
        ulong value = (ulong)Math.Max(PerOctave, ticks);
        int octave = BitOperations.Log2(value);
        // The three bits behind the first one.
        return (octave * PerOctave) + (int)((value >> (octave - 3)) & (PerOctave - 1));
    }

    private static long UpperEndOf(int bucket)
    {
        (int octave, int part) = Math.DivRem(bucket, PerOctave);
        return octave < 3 ? PerOctave : (long)(PerOctave + part + 1) << (octave - 3);
    }
}
