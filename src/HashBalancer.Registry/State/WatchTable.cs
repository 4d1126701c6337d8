namespace HashBalancer.Registry;

/// <summary>Who waits for what. Guarded by the state's lock.</summary>
internal sealed class WatchTable
{
    private readonly Dictionary<Topic, HashSet<Waiter>> _waiters = [];

    // Prefixes are few and must be compared with every key written, so they stand apart.
    private readonly Dictionary<string, HashSet<Waiter>> _prefixes = new(StringComparer.Ordinal);

    /// <summary>Blocking queries at rest.</summary>
    public int Count { get; private set; }

    public Waiter Add(IReadOnlyList<Topic> topics)
    {
        var waiter = new Waiter(topics);
        foreach (Topic topic in topics)
        {
            if (topic.Kind == TopicKind.KeyPrefix)
                Set(_prefixes, topic.Name).Add(waiter);
            else
                Set(_waiters, topic).Add(waiter);
        }

        Count++;
        return waiter;
    }

    public void Remove(Waiter waiter)
    {
        bool stood = false;
        foreach (Topic topic in waiter.Topics)
            stood |= topic.Kind == TopicKind.KeyPrefix ? Drop(_prefixes, topic.Name, waiter) : Drop(_waiters, topic, waiter);
        if (stood)
            Count--;
    }

    /// <summary>Wakes whoever waits for one of the topics; a key also wakes those that wait for a prefix of it.</summary>
    public void Wake(IReadOnlySet<Topic> topics)
    {
        var woken = new HashSet<Waiter>();
        foreach (Topic topic in topics)
        {
            if (_waiters.TryGetValue(topic, out HashSet<Waiter>? waiters))
                woken.UnionWith(waiters);
            if (topic.Kind != TopicKind.Key)
                continue;
            foreach ((string prefix, HashSet<Waiter> watchers) in _prefixes)
            {
                if (topic.Name.StartsWith(prefix, StringComparison.Ordinal))
                    woken.UnionWith(watchers);
            }
        }

        foreach (Waiter waiter in woken)
        {
            Remove(waiter);
            waiter.Wake();
        }
    }

    private static HashSet<Waiter> Set<TKey>(Dictionary<TKey, HashSet<Waiter>> table, TKey key)
        where TKey : notnull
    {
        if (!table.TryGetValue(key, out HashSet<Waiter>? waiters))
            table.Add(key, waiters = []);
        return waiters;
    }

    private static bool Drop<TKey>(Dictionary<TKey, HashSet<Waiter>> table, TKey key, Waiter waiter)
        where TKey : notnull
    {
        if (!table.TryGetValue(key, out HashSet<Waiter>? waiters) || !waiters.Remove(waiter))
            return false;
        if (waiters.Count == 0)
            table.Remove(key);
        return true;
    }
}
