using System.Collections.Concurrent;

namespace HashBalancer.Proxy;

/// <summary>Where a pool's requests went beside itself: to the pools that they are split between, and to the one that gets copies.</summary>
/// <remarks>Thread-safe. Survives changes of configuration, as all counts do.</remarks>
internal sealed class TrafficCounts
{
    private readonly ConcurrentDictionary<string, CounterSet> _splits = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, CounterSet> _mirrors = new(StringComparer.OrdinalIgnoreCase);
    private int _mirrorsInFlight;

    /// <summary>Copies on their way.</summary>
    public int MirrorsInFlight => Volatile.Read(ref _mirrorsInFlight);

    /// <summary>The pools that requests were split between so far.</summary>
    public IEnumerable<string> SplitPools => _splits.Keys;

    /// <summary>The pools that copies were meant for so far.</summary>
    public IEnumerable<string> MirrorPools => _mirrors.Keys;

    public void Count(string to, SplitReason reason) =>
        _splits.GetOrAdd(to, static _ => new CounterSet(SplitReasons.All.Length, CounterSet.StripesForMachine)).Increment((int)reason);

    public void Count(string to, MirrorResult result) =>
        _mirrors.GetOrAdd(to, static _ => new CounterSet(MirrorResults.All.Length, stripes: 1)).Increment((int)result);

    public long Of(string to, SplitReason reason) => _splits.TryGetValue(to, out CounterSet? counts) ? counts.Sum((int)reason) : 0;

    public long Of(string to, MirrorResult result) => _mirrors.TryGetValue(to, out CounterSet? counts) ? counts.Sum((int)result) : 0;

    /// <summary>Takes a place for a copy; whoever gets one gives it back by <see cref="EndMirror"/>.</summary>
    public bool TryBeginMirror(int most)
    {
        if (Interlocked.Increment(ref _mirrorsInFlight) <= most)
            return true;
        EndMirror();
        return false;
    }

    public void EndMirror() => Interlocked.Decrement(ref _mirrorsInFlight);
}
