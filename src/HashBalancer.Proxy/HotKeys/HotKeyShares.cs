using System.Collections.Frozen;
using HashBalancer.Ring;

namespace HashBalancer.Proxy;

/// <summary>Finds a pool's hot keys and says among how many nodes each is shared.</summary>
/// <remarks>Thread-safe. A request records its key and reads the table without a lock; <see cref="Revise"/> is for one caller at a time.</remarks>
/// <param name="time">The clock.</param>
/// <param name="cores">See <see cref="HotKeySketch"/>; null: those of the machine.</param>
internal sealed class HotKeyShares(TimeProvider time, int? cores = null)
{
    /// <summary>A key is shared once it alone is this part of a mean node's load, and each sharer takes no more than that. What is left
    /// on one node is too little to unbalance it, and a node holds twenty keys of this kind at most in the mean: nothing to a cache. Chosen in decision 9.</summary>
    private const double Promote = 0.1;

    /// <summary>Below this part it goes home: far enough beneath <see cref="Promote"/> that noise does not carry a key to and fro.</summary>
    private const double Demote = 0.06;

    /// <summary>Keys tracked per core: what matters of a pool of 50 nodes is a key with a 500th of the requests.</summary>
    private const int Tracked = 256;

    /// <summary>Fewer requests than this say nothing about a key's share.</summary>
    private const double LeastCertain = 20;

    /// <summary>After this time a request counts half: a fifth of all requests of 50 nodes fades to <see cref="Demote"/> in 23 s.</summary>
    private static readonly TimeSpan HalfLife = TimeSpan.FromSeconds(3);

    private readonly HotKeySketch _sketch = new(time, Tracked, HalfLife, cores);
    private FrozenDictionary<ulong, int> _sharers = FrozenDictionary<ulong, int>.Empty;
    private HotKeySummary _summary = HotKeySummary.None;
    private long _promoted;
    private long _demoted;

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
    public void Revise(int nodes)
    {
        FrozenDictionary<ulong, int> before = _sharers;
        HotKeySummary summary = _sketch.Read(time.GetTimestamp());
        Volatile.Write(ref _summary, summary);
        var after = new Dictionary<ulong, int>();
        foreach (HotKey key in summary.Keys)
        {
            int now = before.GetValueOrDefault(key.Hash, 1);
            double load = summary.ShareOf(key) * nodes;
            int next = nodes < 2 ? 1 : Sharers(load, now, key.Certain, nodes);
            if (next > 1)
                after.Add(key.Hash, next);
        }

        if (after.Count == before.Count && after.All(pair => before.TryGetValue(pair.Key, out int same) && same == pair.Value))
            return;
        _promoted += after.Keys.Count(hash => !before.ContainsKey(hash));
        _demoted += before.Keys.Count(hash => !after.ContainsKey(hash));
        Volatile.Write(ref _sharers, after.ToFrozenDictionary());
    }

    /// <summary>Up at once, down by steps only when even the lower mark asks for fewer.</summary>
    private static int Sharers(double load, int now, double certain, int nodes)
    {
        if (now == 1)
            return load > Promote && certain >= LeastCertain ? Math.Clamp((int)Math.Ceiling(load / Promote), 2, nodes) : 1;
        if (load < Demote)
            return 1;
        int most = Math.Clamp((int)Math.Ceiling(load / Demote), 2, nodes), least = Math.Clamp((int)Math.Ceiling(load / Promote), 2, nodes);
        return Math.Clamp(now, least, most);
    }
}
