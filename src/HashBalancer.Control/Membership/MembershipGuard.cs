namespace HashBalancer.Control;

/// <summary>Keeps nodes that a doubtful answer of the registry no longer names, for a time of grace.</summary>
/// <remarks>
/// <para>An empty answer is ambiguous: no instances, a token that went, a server without a leader, or a registry that has
/// restarted and knows nothing until its services return, a few at a time. See <see cref="MembershipOptions.LossGrace"/> for
/// what makes an answer doubtful. A trusted answer always applies at once: instances that deregister leave in time.</para>
/// <para>While nodes are held, the nodes that answers do name are taken as they are; a held node that is named again is
/// released, and when the grace ends the others go.</para>
/// <para>One per watch; not thread-safe.</para>
/// </remarks>
internal sealed class MembershipGuard(TimeSpan grace, TimeProvider time)
{
    private readonly Dictionary<string, NodeRegistration> _held = new(StringComparer.Ordinal);
    private IReadOnlyList<NodeRegistration> _accepted = [];
    private ulong _index;
    private bool _lost;
    private DateTimeOffset? _until;

    /// <summary>When the nodes held now must be decided about; null when none are held.</summary>
    public DateTimeOffset? Until => _held.Count > 0 ? _until : null;

    /// <summary>How many nodes are held.</summary>
    public int Held => _held.Count;

    /// <summary>Starts from what an earlier process knew.</summary>
    public void Restore(IReadOnlyList<NodeRegistration> nodes, ulong index)
    {
        _accepted = nodes;
        _index = index;
    }

    /// <summary>Takes note that a query failed: the next answer may come from a registry that has forgotten.</summary>
    public void RegistryLost() => _lost = true;

    /// <summary>Takes an answer; returns the nodes the pool has with it.</summary>
    /// <param name="named">The nodes that it names.</param>
    /// <param name="index">The registry's index of it.</param>
    /// <param name="doubtful">Whether it bears signs of a registry that lost its memory or its leader.</param>
    public IReadOnlyList<NodeRegistration> Accept(IReadOnlyList<NodeRegistration> named, ulong index, bool doubtful)
    {
        HashSet<string> ids = [.. named.Select(n => n.Id)];
        doubtful |= _lost || index <= 1 || index < _index;
        if (doubtful && grace > TimeSpan.Zero && LacksHalf(ids))
        {
            if (_held.Count == 0)
                _until = time.GetUtcNow() + grace;
            foreach (NodeRegistration node in _accepted)
                _held.TryAdd(node.Id, node);
        }

        foreach (string id in ids)
            _held.Remove(id);
        _lost = false;
        _index = index;
        _accepted = _held.Count == 0 ? named : [.. named, .. _held.Values];
        return _accepted;
    }

    /// <summary>The grace is over and the registry, asked again, still does not name the held nodes: they go.</summary>
    public IReadOnlyList<NodeRegistration> Release()
    {
        _accepted = [.. _accepted.Where(n => !_held.ContainsKey(n.Id))];
        _held.Clear();
        return _accepted;
    }

    /// <summary>The grace is over but the registry cannot be asked: the held nodes stay for another one.</summary>
    public void Extend() => _until = time.GetUtcNow() + grace;

    // Less than half may go unseen: losing a few nodes for a while costs their keys a cold cache, not the pool its capacity.
    private bool LacksHalf(HashSet<string> named) =>
        _accepted.Count > 0 && _accepted.Count(n => !named.Contains(n.Id)) * 2 >= _accepted.Count;
}
