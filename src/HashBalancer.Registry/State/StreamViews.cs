namespace HashBalancer.Registry;

/// <summary>
/// The index that a streaming watch of an absent service shows. Consul's streaming backend keeps a view per watched service, whose index only
/// that service's own events move, while a plain read shows the last extinction of any service: the index goes backwards between the two.
/// </summary>
/// <remarks>Guarded by the state's lock.</remarks>
internal sealed class StreamViews
{
    /// <summary>How long an unused view lives, as in Consul.</summary>
    private static readonly TimeSpan IdleLife = TimeSpan.FromMinutes(20);

    private readonly Dictionary<string, View> _views = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Uses the view of a service, or makes it.</summary>
    /// <returns>The index it shows while the service is absent, and whether it was there already.</returns>
    public (ulong AbsentIndex, bool Existed) Use(string service, ulong currentIndex, TimeSpan now)
    {
        bool existed = _views.TryGetValue(service, out View? view);
        ulong index = existed ? view!.AbsentIndex : currentIndex;
        _views[service] = new View(index, now);
        return (index, existed);
    }

    /// <summary>A service lost its last instance at this index.</summary>
    public void Extinct(string service, ulong index)
    {
        if (_views.TryGetValue(service, out View? view))
            _views[service] = view with { AbsentIndex = index };
    }

    /// <summary>Forgets the views nobody used for 20 minutes.</summary>
    public void Prune(TimeSpan now)
    {
        foreach ((string service, View view) in _views.ToArray())
        {
            if (now - view.LastUse > IdleLife)
                _views.Remove(service);
        }
    }

    private sealed record View(ulong AbsentIndex, TimeSpan LastUse);
}
