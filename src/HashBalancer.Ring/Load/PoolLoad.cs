using System.Runtime.InteropServices;

namespace HashBalancer.Ring;

/// <summary>What the data plane counts for a pool as a whole: the sum of its nodes, without asking each.</summary>
/// <remarks>Thread-safe and lock-free.</remarks>
public sealed class PoolLoad
{
    private Counts _counts;
    private SliceCounts? _slices;
    private HotKeySketch? _sketch;

    /// <summary>Requests sent to nodes of the pool and not yet finished, by this gateway.</summary>
    public long InFlight => Volatile.Read(ref _counts.InFlight);

    /// <summary>Where on the circle the pool's keys lie: counted from the first call on, so that nobody pays for what nobody reads.</summary>
    public SliceCounts WatchSlices() => Volatile.Read(ref _slices) ?? Interlocked.CompareExchange(ref _slices, new SliceCounts(), null) ?? _slices;

    /// <summary>Counts a request that goes by its key's arc, if <see cref="WatchSlices"/> was called.</summary>
    /// <param name="hash">The key's hash.</param>
    public void CountKey(ulong hash) => Volatile.Read(ref _slices)?.Record(hash);

    /// <summary>What counts the pool's frequent keys; null while nobody does.</summary>
    public HotKeySketch? HotKeys => Volatile.Read(ref _sketch);

    /// <summary>Says what counts the pool's frequent keys, for those who want to know.</summary>
    public void CountHotKeysBy(HotKeySketch sketch) => Volatile.Write(ref _sketch, sketch);

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
