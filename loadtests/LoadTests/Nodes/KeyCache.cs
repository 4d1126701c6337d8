namespace HashBalancer.LoadTests.Nodes;

/// <summary>The keys that a node holds: so many, those used last. Not thread-safe.</summary>
internal sealed class KeyCache<TKey>(int capacity) where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<TKey>> _places = [];
    private readonly LinkedList<TKey> _byUse = new();

    /// <summary>Uses a key; returns whether it was held.</summary>
    public bool Use(TKey key)
    {
        if (_places.TryGetValue(key, out LinkedListNode<TKey>? place))
        {
            _byUse.Remove(place);
            _byUse.AddFirst(place);
            return true;
        }

        if (_places.Count == capacity)
        {
            _places.Remove(_byUse.Last!.Value);
            _byUse.RemoveLast();
        }

        _places[key] = _byUse.AddFirst(key);
        return false;
    }
}
