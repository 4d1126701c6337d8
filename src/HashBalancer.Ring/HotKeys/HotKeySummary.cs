using System.Runtime.InteropServices;

namespace HashBalancer.Ring;

/// <summary>What a sketch, or several, know of frequent keys at one moment.</summary>
/// <remarks>Immutable; thread-safe. Summaries of many gateways merge into one with errors that add up (Agarwal et al., "Mergeable
/// Summaries", PODS 2012).</remarks>
/// <param name="Total">All requests, each faded by age: with half-life h and a steady r requests per second, r·h/ln 2.</param>
/// <param name="Floor">A key that is not listed has at most so many.</param>
/// <param name="Keys">The most frequent keys, greatest <see cref="HotKey.Count"/> first.</param>
public sealed record HotKeySummary(double Total, double Floor, IReadOnlyList<HotKey> Keys)
{
    /// <summary>The summary of no request.</summary>
    public static HotKeySummary None { get; } = new(0, 0, []);

    /// <summary>The part of all requests that is certain to be for a key, 0 to 1.</summary>
    public double ShareOf(HotKey key) => Total > 0 ? key.Certain / Total : 0;

    /// <summary>One summary of several.</summary>
    /// <param name="summaries">Of sketches with one half-life, taken at about one time.</param>
    /// <param name="capacity">How many keys to keep.</param>
    public static HotKeySummary Merge(IEnumerable<HotKeySummary> summaries, int capacity)
    {
        ArgumentNullException.ThrowIfNull(summaries);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        HotKeySummary[] parts = [.. summaries];
        double floor = parts.Sum(part => part.Floor);

        // A part that does not list a key may have counted it up to its floor: what lists it replaces that.
        Dictionary<ulong, HotKey> merged = [];
        foreach (HotKeySummary part in parts)
        {
            foreach (HotKey key in part.Keys)
            {
                ref HotKey sum = ref CollectionsMarshal.GetValueRefOrAddDefault(merged, key.Hash, out bool known);
                if (!known)
                    sum = new HotKey(key.Hash, floor, floor);
                sum = new HotKey(key.Hash, sum.Count - part.Floor + key.Count, sum.Error - part.Floor + key.Error);
            }
        }

        HotKey[] sorted = [.. merged.Values.OrderByDescending(key => key.Count).ThenBy(key => key.Hash)];
        return new HotKeySummary(
            parts.Sum(part => part.Total),
            sorted.Length > capacity ? Math.Max(floor, sorted[capacity].Count) : floor,
            sorted[..Math.Min(capacity, sorted.Length)]);
    }
}
