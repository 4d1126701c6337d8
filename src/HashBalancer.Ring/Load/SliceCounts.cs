namespace HashBalancer.Ring;

/// <summary>Counts requests by the place of their keys: the circle in <see cref="Count"/> equal slices.</summary>
/// <remarks>
/// Thread-safe and lock-free; recording is one atomic addition and allocates nothing. What a rebalancer needs to know of where load lies,
/// in memory that no number of keys, nodes or arcs makes larger: 256 KB.
/// </remarks>
public sealed class SliceCounts
{
    /// <summary>2^bits slices.</summary>
    public const int Bits = 16;

    /// <summary>How many slices there are.</summary>
    public const int Count = 1 << Bits;

    private readonly uint[] _counts = new uint[Count];

    /// <summary>Counts a request for a key.</summary>
    /// <param name="hash">The key's hash.</param>
    public void Record(ulong hash) => Interlocked.Increment(ref _counts[hash >> (64 - Bits)]);

    /// <summary>Copies the counts since the process started, which wrap: only the difference of two readings says something.</summary>
    /// <param name="counts">Room for <see cref="Count"/>.</param>
    /// <exception cref="ArgumentException">There is less room.</exception>
    public void Read(Span<uint> counts) => _counts.CopyTo(counts);
}
