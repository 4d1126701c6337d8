namespace HashBalancer.Ring;

/// <summary>An exponentially weighted moving average over time, in one word, so that an update is one compare-and-swap.</summary>
/// <remarks>
/// The upper 32 bits hold the average as a float, the lower the time of the last sample in milliseconds, which may
/// wrap. Weighting by time rather than by sample makes the average forget at one pace at any rate of requests (as
/// Finagle's Peak EWMA does; decay 10 s is its default too). Samples within one millisecond of another count for nothing:
/// at such rates the ones that do are plenty. 0 means no sample yet.
/// </remarks>
internal static class DecayingAverage
{
    /// <summary>After this time a sample weighs 1/e.</summary>
    public const float DecayMilliseconds = 10_000;

    /// <summary>Samples may come in a little late: a thread may be held up between reading the clock and writing here.
    /// What seems to lie further back is a clock that wrapped, after 25 days without a sample.</summary>
    private const int LateMilliseconds = 60_000;

    private const float Smallest = 1e-9f;

    /// <summary>The average, such as seconds; 0 before the first sample.</summary>
    public static float Of(long word) => BitConverter.Int32BitsToSingle((int)(word >> 32));

    /// <summary>Adds a sample.</summary>
    public static void Add(ref long word, float value, uint nowMilliseconds)
    {
        float sample = Math.Max(value, Smallest);
        long seen = Volatile.Read(ref word);
        while (true)
        {
            float average = sample;
            int elapsed = (int)(nowMilliseconds - (uint)seen);
            if (seen != 0 && elapsed > -LateMilliseconds)
            {
                if (elapsed <= 0)
                    return;
                float kept = MathF.Exp(-elapsed / DecayMilliseconds);
                average = (Of(seen) * kept) + (sample * (1 - kept));
            }

            long next = ((long)BitConverter.SingleToInt32Bits(average) << 32) | nowMilliseconds;
            long found = Interlocked.CompareExchange(ref word, next, seen);
            if (found == seen)
                return;
            seen = found;
        }
    }
}
