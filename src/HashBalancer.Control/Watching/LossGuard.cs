namespace HashBalancer.Control;

/// <summary>Keeps items that a doubtful answer of the registry no longer names, for a time of grace.</summary>
/// <remarks>
/// <para>An empty answer is ambiguous: no instances, a token that went, a server without a leader, or a registry that has
/// restarted and knows nothing until its services return, a few at a time. See <see cref="MembershipOptions.LossGrace"/> for
/// what makes an answer doubtful. A trusted answer always applies at once: instances that deregister leave in time.</para>
/// <para>While items are held, those that answers do name are taken as they are; a held item that is named again is released,
/// and when the grace ends the others go.</para>
/// <para>One per watch; not thread-safe.</para>
/// </remarks>
/// <param name="idOf">What makes an item the same in two answers.</param>
/// <param name="grace">How long items are held; 0: never.</param>
/// <param name="time">The clock.</param>
internal sealed class LossGuard<T>(Func<T, string> idOf, TimeSpan grace, TimeProvider time)
{
    private readonly Dictionary<string, T> _held = new(StringComparer.Ordinal);
    private IReadOnlyList<T> _accepted = [];
    private ulong _index;
    private bool _lost;
    private DateTimeOffset? _until;

    /// <summary>When the items held now must be decided about; null when none are held.</summary>
    public DateTimeOffset? Until => _held.Count > 0 ? _until : null;

    /// <summary>How many items are held.</summary>
    public int Held => _held.Count;

    /// <summary>Starts from what an earlier process knew.</summary>
    public void Restore(IReadOnlyList<T> items, ulong index)
    {
        _accepted = items;
        _index = index;
    }

    /// <summary>Takes note that a query failed: the next answer may come from a registry that has forgotten.</summary>
    public void RegistryLost() => _lost = true;

    /// <summary>Takes an answer; returns what is in force with it.</summary>
    /// <param name="named">The items that it names.</param>
    /// <param name="index">The registry's index of it.</param>
    /// <param name="doubtful">Whether it bears other signs of a registry that lost its memory or its leader.</param>
    public IReadOnlyList<T> Accept(IReadOnlyList<T> named, ulong index, bool doubtful)
    {
        HashSet<string> ids = [.. named.Select(idOf)];
        // An index that fell is a registry that began anew: whoever is missing has most likely not returned yet.
        bool began = index <= 1 || index < _index;
        if (grace > TimeSpan.Zero && (began ? Lacks(ids) > 0 : (doubtful || _lost) && LacksHalf(ids)))
        {
            if (_held.Count == 0)
                _until = time.GetUtcNow() + grace;
            foreach (T item in _accepted)
                _held.TryAdd(idOf(item), item);
        }

        foreach (string id in ids)
            _held.Remove(id);
        _lost = false;
        _index = index;
        _accepted = _held.Count == 0 ? named : [.. named, .. _held.Values];
        return _accepted;
    }

    /// <summary>The grace is over and the registry, asked again, still does not name the held items: they go.</summary>
    public IReadOnlyList<T> Release()
    {
        _accepted = [.. _accepted.Where(item => !_held.ContainsKey(idOf(item)))];
        _held.Clear();
        return _accepted;
    }

    /// <summary>The grace is over but the registry cannot be asked: the held items stay for another one.</summary>
    public void Extend() => _until = time.GetUtcNow() + grace;

    // With an index that went on, less than half may go unseen: they may have deregistered while the registry was out of reach,
    // and losing a few nodes for a while costs their keys a cold cache, not the pool its capacity.
    private bool LacksHalf(HashSet<string> named) => _accepted.Count > 0 && Lacks(named) * 2 >= _accepted.Count;

    private int Lacks(HashSet<string> named) => _accepted.Count(item => !named.Contains(idOf(item)));
}
