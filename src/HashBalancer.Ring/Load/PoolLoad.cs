using System.Runtime.InteropServices;

namespace HashBalancer.Ring;

/// <summary>What the data plane counts for a pool as a whole: the sum of its nodes, without asking each.</summary>
/// <remarks>Thread-safe and lock-free.</remarks>
public sealed class PoolLoad
{
    private Counts _counts;
    private SliceCounts? _slices;
    private HotKeySketch? _sketch;
    private long _refused;
    private int _waiting;

    /// <summary>Requests sent to nodes of the pool and not yet finished, by this gateway.</summary>
    public long InFlight => Volatile.Read(ref _counts.InFlight);

    /// <summary>Requests that got no node since the process started: the queue was full, they waited too long, none was there. At most a moment old.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Requests that wait to be let in, a moment ago.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Notes what the data plane counts elsewhere, for whoever sizes the pool.</summary>
    /// <param name="refused">See <see cref="Refused"/>.</param>
    /// <param name="waiting">See <see cref="Waiting"/>.</param>
    public void Note(long refused, int waiting)
    {
        Volatile.Write(ref _refused, refused);
        Volatile.Write(ref _waiting, waiting);
    }

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
