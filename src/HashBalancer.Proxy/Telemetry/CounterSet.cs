namespace HashBalancer.Proxy;

/// <summary>A few counters that many threads add to and telemetry sums up.</summary>
/// <remarks>Thread-safe and lock-free. With several stripes, threads on different cores add to different cache lines; a sum
/// taken meanwhile may miss additions under way, but never falls from one call to the next.</remarks>
internal sealed class CounterSet
{
    /// <summary>Two cache lines of 64 bytes, in longs: prefetchers fetch lines in pairs.</summary>
    private const int Line = 16;

    private readonly long[] _cells;
    private readonly int _stripeMask;
    private readonly int _stripeLength;

    /// <summary>Makes counters at 0.</summary>
    /// <param name="counters">How many.</param>
    /// <param name="stripes">How many cache lines apart they are kept: a power of two.</param>
    public CounterSet(int counters, int stripes)
    {
        _stripeMask = stripes - 1;
        _stripeLength = (counters + Line - 1) / Line * Line;
        // A line before and none after: whatever stands behind the array begins with its own header and is shared with the last stripe alone.
        _cells = new long[Line + (stripes * _stripeLength)];
    }

    /// <summary>Stripes enough for this machine's cores: the next power of two, at most 16, where collisions are rare and sums still cheap.</summary>
    public static int StripesForMachine { get; } = (int)Math.Min(16, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount));

    /// <summary>Adds 1 to a counter.</summary>
    public void Increment(int counter)
    {
        int stripe = _stripeMask == 0 ? 0 : Thread.GetCurrentProcessorId() & _stripeMask;
        Interlocked.Increment(ref _cells[Line + (stripe * _stripeLength) + counter]);
    }

    /// <summary>The value of a counter.</summary>
    public long Sum(int counter)
    {
        long sum = 0;
        for (int cell = Line + counter; cell < _cells.Length; cell += _stripeLength)
            sum += Volatile.Read(ref _cells[cell]);
        return sum;
    }
}
