using System.Runtime.InteropServices;

namespace HashBalancer.Ring;

/// <summary>What the data plane counts for a pool as a whole: the sum of its nodes, without asking each.</summary>
/// <remarks>Thread-safe and lock-free.</remarks>
public sealed class PoolLoad
{
    private Counts _counts;
    private SliceCounts? _slices;

    /// <summary>Requests sent to nodes of the pool and not yet finished, by this gateway.</summary>
    public long InFlight => Volatile.Read(ref _counts.InFlight);

    /// <summary>Where on the circle the pool's keys lie; null before the first.</summary>
    public SliceCounts? Slices => Volatile.Read(ref _slices);

    /// <summary>Counts a request that goes by its key's arc.</summary>
    /// <param name="hash">The key's hash.</param>
    public void CountKey(ulong hash) => (Slices ?? Interlocked.CompareExchange(ref _slices, new SliceCounts(), null) ?? Slices!).Record(hash);

    internal void Begin() => Interlocked.Increment(ref _counts.InFlight);

    internal void End() => Interlocked.Decrement(ref _counts.InFlight);

    /// <summary>Alone on its cache lines: every request of the pool writes it, and nothing else shall wait for that.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Counts
    {
        [FieldOffset(128)]
        public long InFlight;
    }
}
