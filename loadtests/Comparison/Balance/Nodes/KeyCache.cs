namespace HashBalancer.Comparison.Balance.Nodes;

/// <summary>The keys that a node holds: so many, those used last. Not thread-safe.</summary>
internal sealed class KeyCache(int capacity)
{
    private readonly Dictionary<long, LinkedListNode<long>> _places = new(capacity);
    private readonly LinkedList<long> _byUse = new();

    /// <summary>Uses a key; returns whether it was held.</summary>
    public bool Use(long key)
    {
        if (_places.TryGetValue(key, out LinkedListNode<long>? place))
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
