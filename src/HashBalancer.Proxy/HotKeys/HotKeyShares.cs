using System.Collections.Frozen;
using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Finds a pool's hot keys and says among how many nodes each is shared.</summary>
/// <remarks>Thread-safe. A request records its key and reads the table without a lock; <see cref="Revise"/> is for one caller at a time.</remarks>
/// <param name="time">The clock.</param>
/// <param name="cores">See <see cref="HotKeySketch"/>; null: those of the machine.</param>
internal sealed class HotKeyShares(TimeProvider time, int? cores = null)
{
    /// <summary>Where the leader says which keys are shared, a gateway shares one by itself from this part of a mean node's load on: what leaps up is shared at
    /// once, and what is at the edge alike by all gateways.</summary>
    private const double Leap = 2 * HotKeySharing.Promote;

    /// <summary>Keys tracked per core: what matters of a pool of 50 nodes is a key with a 500th of the requests.</summary>
    private const int Tracked = 256;

    /// <summary>Fewer requests than this say nothing about a key's share.</summary>
    private const double LeastCertain = 20;

    /// <summary>After this time a request counts half: a fifth of all requests of 50 nodes fades to <see cref="HotKeySharing.Demote"/> in 23 s.</summary>
    private static readonly TimeSpan HalfLife = TimeSpan.FromSeconds(3);

    private readonly HotKeySketch _sketch = new(time, Tracked, HalfLife, cores);
    private FrozenDictionary<ulong, int> _sharers = FrozenDictionary<ulong, int>.Empty;
    private HotKeySummary _summary = HotKeySummary.None;

    // Those that this gateway shares by itself, where a leader says which are shared.
    private HashSet<ulong> _own = [];
    private long _promoted;
    private long _demoted;

    /// <summary>What counts the keys.</summary>
    public HotKeySketch Sketch => _sketch;

    /// <summary>How many keys are shared now.</summary>
    public int Count => Volatile.Read(ref _sharers).Count;

    /// <summary>How many keys became shared since the start.</summary>
    public long Promoted => Volatile.Read(ref _promoted);

    /// <summary>How many shared keys went home since the start.</summary>
    public long Demoted => Volatile.Read(ref _demoted);

    /// <summary>Counts a request for a key and says among how many nodes it is shared: 1 when it is not.</summary>
    public int Record(ulong hash)
    {
        _sketch.Record(hash, time.GetTimestamp());
        return SharersOf(hash);
    }

    /// <summary>Among how many nodes a key is shared: 1 when it is not.</summary>
    public int SharersOf(ulong hash)
    {
        FrozenDictionary<ulong, int> sharers = Volatile.Read(ref _sharers);
        return sharers.Count > 0 && sharers.TryGetValue(hash, out int count) ? count : 1;
    }

    /// <summary>The most frequent keys as of the last <see cref="Revise"/>, the most frequent first.</summary>
    public IReadOnlyList<FrequentKey> Top(int most)
    {
        HotKeySummary summary = Volatile.Read(ref _summary);
        return
        [
            .. summary.Keys.Where(key => key.Certain > 0).OrderByDescending(key => key.Certain).ThenBy(key => key.Hash).Take(most)
                .Select(key => new FrequentKey(key.Hash, summary.ShareOf(key), SharersOf(key.Hash))),
        ];
    }

    /// <summary>Promotes and demotes by what was counted since.</summary>
    /// <param name="nodes">How many nodes serve.</param>
    /// <param name="agreed">What the leader has all gateways share, by hash with the number of nodes; null: nobody leads, or it has not said.</param>
    public void Revise(int nodes, FrozenDictionary<ulong, int>? agreed = null)
    {
        FrozenDictionary<ulong, int> before = _sharers;
        HotKeySummary summary = _sketch.Read(time.GetTimestamp());
        Volatile.Write(ref _summary, summary);
        var after = new Dictionary<ulong, int>();
        HashSet<ulong> own = [];
        foreach ((ulong hash, int sharers) in nodes < 2 || agreed is null ? FrozenDictionary<ulong, int>.Empty : agreed)
            after.Add(hash, Math.Min(sharers, nodes));
        foreach (HotKey key in summary.Keys)
        {
            // What the leader had shared and shares no more is over, whatever this gateway sees of it.
            int now = agreed is null || _own.Contains(key.Hash) ? before.GetValueOrDefault(key.Hash, 1) : 1;
            if (now == 1 && key.Certain < LeastCertain)
                continue;
            int next = HotKeySharing.Sharers(summary.ShareOf(key) * nodes, now, nodes, agreed is null ? HotKeySharing.Promote : Leap);
            // Of a key that it knows of, the leader's word is the last.
            if (next > 1 && after.TryAdd(key.Hash, next))
                own.Add(key.Hash);
        }

        _own = own;
        if (after.Count == before.Count && after.All(pair => before.TryGetValue(pair.Key, out int same) && same == pair.Value))
            return;
        _promoted += after.Keys.Count(hash => !before.ContainsKey(hash));
        _demoted += before.Keys.Count(hash => !after.ContainsKey(hash));
        Volatile.Write(ref _sharers, after.ToFrozenDictionary());
    }
}
