using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using HashBalancer.Ring;

namespace HashBalancer.Control;

/// <summary>Decides for all gateways which keys of a pool several nodes share: by what all of them counted, averaged.</summary>
/// <remarks>
/// A gateway's own sketch forgets within seconds, so that a key that leaps up is shared at once; at the edge chance then decides, and every
/// gateway otherwise. The leader has time: it looks three times before it says anything. One per pool; not thread-safe.
/// </remarks>
internal sealed class HotKeyPlanner
{
    private const int LeastLooks = 3;
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(30);
    private readonly Dictionary<ulong, Average> _averages = [];

    /// <summary>The keys to share from now on; those shared now when nobody counts keys.</summary>
    /// <param name="counted">What all gateways counted.</param>
    /// <param name="nodes">How many nodes serve.</param>
    /// <param name="elapsed">Since the last call.</param>
    /// <param name="shared">The keys shared now; null: the leader has not said yet.</param>
    public ImmutableArray<SharedKey>? Next(HotKeySummary counted, int nodes, TimeSpan elapsed, FrozenDictionary<ulong, int>? shared)
    {
        if (counted.Total <= 0)
            return shared is null ? null : [.. Sorted(shared)];
        double weight = 1 - Math.Exp(-elapsed / Memory);
        Dictionary<ulong, double> shares = counted.Keys.ToDictionary(key => key.Hash, counted.ShareOf);
        foreach (ulong hash in shares.Keys.Concat(shared?.Keys ?? []))
            CollectionsMarshal.GetValueRefOrAddDefault(_averages, hash, out _) ??= new Average();

        var next = new Dictionary<ulong, int>();
        foreach ((ulong hash, Average average) in _averages.ToArray())
        {
            average.Take(shares.GetValueOrDefault(hash), weight);
            double load = average.Share * nodes;
            int now = shared?.GetValueOrDefault(hash, 1) ?? 1;
            int sharers = average.Looks < LeastLooks ? now : HotKeySharing.Sharers(load, now, nodes);
            if (sharers > 1)
                next.Add(hash, sharers);
            else if (average.Looks >= LeastLooks && load < HotKeySharing.Demote / 2)
                _averages.Remove(hash);
        }

        return [.. Sorted(next)];
    }

    private static IEnumerable<SharedKey> Sorted(IReadOnlyDictionary<ulong, int> keys) => keys.OrderBy(k => k.Key).Select(k => new SharedKey(k.Key, k.Value));

    private sealed class Average
    {
        public int Looks { get; private set; }

        /// <summary>Of all requests.</summary>
        public double Share { get; private set; }

        public void Take(double share, double weight)
        {
            Looks++;
            Share += Math.Max(weight, 1.0 / Looks) * (share - Share);
        }
    }
}
