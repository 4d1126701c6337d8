using System.Diagnostics;
using System.Runtime.InteropServices;

namespace HashBalancer.Ring;

/// <summary>What the data plane counts for one node of one pool; it outlives every snapshot the node stands in.</summary>
/// <remarks>Thread-safe and lock-free. The proxy writes, the control plane and telemetry read.</remarks>
/// <param name="pool">What the node's requests count towards; null for a node that stands alone.</param>
public sealed class NodeLoad(PoolLoad? pool)
{
    /// <summary>The highest utilisation that a report may name. Above 1 a node is overloaded; ten times overloaded is a mistake of units, such as percent.</summary>
    public const double MostUtilisation = 10;

    private Counts _counts;
    private object? _attachment;
    private WarmUp? _warmUp;

    /// <summary>The load of a node that stands alone.</summary>
    public NodeLoad() : this(null) { }

    /// <summary>The load of the node's pool.</summary>
    public PoolLoad Pool { get; } = pool ?? new PoolLoad();

    /// <summary>Requests sent to the node and not yet finished, by this gateway.</summary>
    public long InFlight => Volatile.Read(ref _counts.InFlight);

    /// <summary>Requests finished since the process started, the failed ones included.</summary>
    public long Completed => Volatile.Read(ref _counts.Completed);

    /// <summary>Requests that ended without a usable response of the node since the process started.</summary>
    public long Failed => Volatile.Read(ref _counts.Failed);

    /// <summary>Requests that came to the node by no arc since the process started: of shared hot keys, and without a key.</summary>
    public long Shared => Volatile.Read(ref _counts.Shared);

    /// <summary>Requests that came to the node though it is none of those that their key belongs to, since the process started: that one was over its
    /// bound, or could not be used, or there was no key.</summary>
    public long Strays => Volatile.Read(ref _counts.Strays);

    /// <summary>The moving average of the utilisation that the node reported; zero before the first report. Its memory fades to 1/e in 10 s.</summary>
    public double Utilisation => DecayingAverage.Of(Volatile.Read(ref _counts.Utilisation));

    /// <summary>Reports of the node that were taken, since the process started.</summary>
    public long Reports => Volatile.Read(ref _counts.Reports);

    /// <summary>The moving average of the time that requests took which did not fail; zero before the first. Its memory fades to
    /// 1/e in 10 s.</summary>
    public TimeSpan Latency => TimeSpan.FromSeconds(DecayingAverage.Of(Volatile.Read(ref _counts.Latency)));

    /// <summary>What came of warming the node, written by who warms it; null before that began.</summary>
    public WarmUp? WarmUp
    {
        get => Volatile.Read(ref _warmUp);
        set => Volatile.Write(ref _warmUp, value);
    }

    /// <summary>What the data plane keeps for the node beside these counts, such as its outcome counters; null before <see cref="Attach"/>.</summary>
    /// <remarks>It spares the request path a look-up by id: from a node to its state is one field read. One owner alone attaches; to
    /// all others it is opaque. The volatile read pairs with the full fence of <see cref="Attach"/>: who sees the object sees
    /// it built.</remarks>
    public object? Attachment => Volatile.Read(ref _attachment);

    /// <summary>Attaches an object for good: of several callers at once the first wins; returns the object that is attached.</summary>
    /// <param name="value">Ignored when one is attached already.</param>
    public object Attach(object value) => Interlocked.CompareExchange(ref _attachment, value, null) ?? value;

    /// <summary>Counts a request that comes to the node by no arc.</summary>
    public void CountShared() => Interlocked.Increment(ref _counts.Shared);

    /// <summary>Counts a request that comes to the node though its key does not belong there.</summary>
    public void CountStray() => Interlocked.Increment(ref _counts.Strays);

    /// <summary>Takes a report of the node about itself.</summary>
    /// <param name="utilisation">Its most used resource, 0 and up; finite.</param>
    /// <param name="nowMilliseconds">When, by one clock for all reports; may wrap.</param>
    public void Report(float utilisation, uint nowMilliseconds)
    {
        DecayingAverage.Add(ref _counts.Utilisation, utilisation, nowMilliseconds);
        Interlocked.Increment(ref _counts.Reports);
    }

    /// <summary>Counts a request sent; returns how many are in flight with it.</summary>
    public long Begin()
    {
        Pool.Begin();
        return Interlocked.Increment(ref _counts.InFlight);
    }

    /// <summary>Counts a request finished whose time is not known.</summary>
    /// <param name="failed">Whether it ended without a usable response.</param>
    public void End(bool failed)
    {
        Pool.End();
        Interlocked.Decrement(ref _counts.InFlight);
        Interlocked.Increment(ref _counts.Completed);
        if (failed)
            Interlocked.Increment(ref _counts.Failed);
    }

    /// <summary>Counts a request finished, and the time it took unless it failed: a node that fails fast must not look fast.</summary>
    /// <param name="failed">Whether it ended without a usable response.</param>
    /// <param name="startTimestamp">When it began, as the system's <see cref="TimeProvider.GetTimestamp"/> counts, unless
    /// <paramref name="timestampFrequency"/> says otherwise.</param>
    /// <param name="endTimestamp">When it ended.</param>
    /// <param name="timestampFrequency">Timestamps per second: the <see cref="TimeProvider.TimestampFrequency"/> of a clock that is
    /// not the system's; 0 for the system's.</param>
    public void End(bool failed, long startTimestamp, long endTimestamp, long timestampFrequency = 0)
    {
        End(failed);
        if (failed)
            return;
        double perSecond = timestampFrequency == 0 ? Stopwatch.Frequency : timestampFrequency;
        DecayingAverage.Add(ref _counts.Latency, (float)((endTimestamp - startTimestamp) / perSecond), (uint)(long)(endTimestamp / perSecond * 1000));
    }

    /// <summary>Alone on its cache lines, with one line to spare on both sides for the processor that fetches lines in pairs: what one
    /// core writes for this node must not slow another down that writes for the next.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 320)]
    private struct Counts
    {
        [FieldOffset(128)]
        public long InFlight;

        [FieldOffset(136)]
        public long Completed;

        [FieldOffset(144)]
        public long Failed;

        [FieldOffset(152)]
        public long Latency;

        // On the next line: not written by requests that go by an arc to a node without reports.
        [FieldOffset(192)]
        public long Shared;

        [FieldOffset(200)]
        public long Utilisation;

        [FieldOffset(208)]
        public long Reports;

        [FieldOffset(216)]
        public long Strays;
    }
}
