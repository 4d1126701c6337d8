using HashBalancer.LoadTests.Measuring;
using HashBalancer.Proxy;

namespace HashBalancer.Simulation.Runs;

/// <summary>What the requests of a run met.</summary>
internal sealed class Recorder
{
    private readonly long[] _reasons = new long[SelectionReasons.All.Length];
    private readonly Dictionary<int, (long Served, long Refused)> _classes = [];
    private long _hits;
    private long _shared;
    private long _offOwner;

    /// <summary>From arrival to the end, in nanoseconds.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>From arrival to the node, in nanoseconds: what the affinity wait added.</summary>
    public LatencyHistogram Waits { get; } = new();

    /// <summary>How many requests.</summary>
    public long Requests => Latency.Count;

    /// <summary>The part whose node held the key.</summary>
    public double HitRatio => Share(_hits);

    /// <summary>The part that another node served than those that the key belongs to: its owner or, of a hot key, its sharers.</summary>
    public double OffOwner => Share(_offOwner);

    /// <summary>The part that a sharer of a hot key served that is not its owner.</summary>
    public double Shared => Share(_shared);

    /// <summary>The part of requests by why they went where they went.</summary>
    public double Of(SelectionReason reason) => Share(_reasons[(int)reason]);

    /// <summary>How many requests of a class were served, and how many admission turned away.</summary>
    public (long Served, long Refused) ByClass(int cls) => _classes.GetValueOrDefault(cls);

    /// <summary>Counts a request that was served, by class.</summary>
    public void Served(int cls) => _classes[cls] = ByClass(cls) with { Served = ByClass(cls).Served + 1 };

    /// <summary>Counts a request that was turned away, by class.</summary>
    public void Refused(int cls) => _classes[cls] = ByClass(cls) with { Refused = ByClass(cls).Refused + 1 };

    /// <summary>Counts a request that ended.</summary>
    public void Record(SelectionReason reason, bool isOwner, bool hit, long waited, long took)
    {
        _reasons[(int)reason]++;
        if (hit)
            _hits++;
        if (!isOwner && reason == SelectionReason.HotKey)
            _shared++;
        else if (!isOwner)
            _offOwner++;
        Latency.Record(took * TimeSpan.NanosecondsPerTick);
        Waits.Record(waited * TimeSpan.NanosecondsPerTick);
    }

    private double Share(long count) => Requests == 0 ? 0 : (double)count / Requests;
}
