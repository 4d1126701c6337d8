using HashBalancer.Consul.Models;

namespace HashBalancer.Registry;

/// <summary>The table of keys, with the tombstones that keep a prefix's index from falling when keys go.</summary>
/// <remarks>Guarded by the state's lock. What a write means is decided by <see cref="KeyWriter"/>.</remarks>
internal sealed class KeyValues
{
    /// <summary>How long a deletion is remembered, as in Consul.</summary>
    private static readonly TimeSpan TombstoneLife = TimeSpan.FromMinutes(15);

    private readonly Dictionary<string, KVPair> _pairs = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _order = new(Utf8Order.Instance);
    private readonly Dictionary<string, HashSet<string>> _heldBySession = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tombstone> _tombstones = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _tombstoneOrder = new(Utf8Order.Instance);

    /// <summary>Index of the last write to the table, deletions included; 0 while it was never written.</summary>
    public ulong Index { get; private set; }

    public IEnumerable<KVPair> All => _order.Select(key => _pairs[key]);

    public KVPair? Find(string key) => _pairs.GetValueOrDefault(key);

    /// <summary>The pairs whose key starts with a prefix, in the order of their keys' bytes.</summary>
    public IReadOnlyList<KVPair> Below(string prefix) => [.. Range(_order, prefix).Select(key => _pairs[key])];

    /// <summary>The keys a session has locked.</summary>
    public IReadOnlyCollection<string> HeldBy(string session) =>
        _heldBySession.TryGetValue(session, out HashSet<string>? keys) ? keys : [];

    /// <summary>The index of a list: that of its newest pair or deletion; where there is neither, and for the root, the table's.</summary>
    /// <param name="prefix">The prefix listed.</param>
    /// <param name="pairs">The pairs below it.</param>
    /// <param name="isTables">Whether every write moves it.</param>
    public ulong IndexOf(string prefix, IReadOnlyList<KVPair> pairs, out bool isTables)
    {
        ulong index = 0;
        foreach (KVPair pair in pairs)
            index = Math.Max(index, pair.ModifyIndex);
        foreach (string key in Range(_tombstoneOrder, prefix))
            index = Math.Max(index, _tombstones[key].Index);

        isTables = index == 0 || prefix.Length == 0;
        return isTables ? Index : index;
    }

    public void Put(Change change, KVPair pair)
    {
        MoveIndex(change);
        KVPair? before = _pairs.GetValueOrDefault(pair.Key);
        Store(pair);
        change.OnRollBack(() =>
        {
            Unstore(pair.Key);
            if (before is not null)
                Store(before);
        });
        change.Touch(Topic.Key(pair.Key));
        change.Touch(Topic.Keys);
    }

    public void Drop(Change change, KVPair pair, TimeSpan now)
    {
        MoveIndex(change);
        bool had = _tombstones.TryGetValue(pair.Key, out Tombstone before);
        Unstore(pair.Key);
        _tombstones[pair.Key] = new Tombstone(change.Index, now);
        _tombstoneOrder.Add(pair.Key);
        change.OnRollBack(() =>
        {
            Store(pair);
            Bury(pair.Key, had ? before : null);
        });
        change.Touch(Topic.Key(pair.Key));
        change.Touch(Topic.Keys);
    }

    /// <summary>Forgets old deletions: the index of their prefixes may go backwards.</summary>
    public void ReapTombstones(TimeSpan now)
    {
        foreach (string key in _tombstones.Where(pair => now - pair.Value.At >= TombstoneLife).Select(pair => pair.Key).ToArray())
            Bury(key, null);
    }

    /// <summary>Puts back what a snapshot holds.</summary>
    public void Restore(IEnumerable<KVPair> pairs, ulong index)
    {
        foreach (KVPair pair in pairs)
            Store(pair);
        Index = index;
    }

    /// <summary>Sets a key's tombstone, or takes it away.</summary>
    private void Bury(string key, Tombstone? tombstone)
    {
        if (tombstone is { } set)
        {
            _tombstones[key] = set;
            return;
        }

        _tombstones.Remove(key);
        _tombstoneOrder.Remove(key);
    }

    private static IEnumerable<string> Range(SortedSet<string> keys, string prefix) =>
        keys.Count == 0 || Utf8Order.Instance.Compare(prefix, keys.Max) > 0
            ? []
            : keys.GetViewBetween(prefix, keys.Max).TakeWhile(key => key.StartsWith(prefix, StringComparison.Ordinal));

    private void Store(KVPair pair)
    {
        Unstore(pair.Key);
        _pairs.Add(pair.Key, pair);
        _order.Add(pair.Key);
        if (pair.Session is null)
            return;
        if (!_heldBySession.TryGetValue(pair.Session, out HashSet<string>? keys))
            _heldBySession.Add(pair.Session, keys = new(StringComparer.Ordinal));
        keys.Add(pair.Key);
    }

    private void Unstore(string key)
    {
        if (!_pairs.Remove(key, out KVPair? pair))
            return;
        _order.Remove(key);
        if (pair.Session is null || !_heldBySession.TryGetValue(pair.Session, out HashSet<string>? keys))
            return;
        keys.Remove(key);
        if (keys.Count == 0)
            _heldBySession.Remove(pair.Session);
    }

    private void MoveIndex(Change change)
    {
        ulong before = Index;
        Index = change.Index;
        change.OnRollBack(() => Index = before);
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    private readonly record struct Tombstone(ulong Index, TimeSpan At);
}
