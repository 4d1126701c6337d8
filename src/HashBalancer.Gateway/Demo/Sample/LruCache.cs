namespace HashBalancer.Gateway.Demo.Sample;

/// <summary>The keys that a sample node holds: the least recently used one leaves when a new one finds no room. Thread-safe.</summary>
internal sealed class LruCache(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<string>> _byKey = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _byUse = new();

    /// <summary>Uses a key: whether it was held already, and how many are held now.</summary>
    public (bool Cached, int Keys) Use(string key)
    {
        lock (_lock)
        {
            if (_byKey.TryGetValue(key, out LinkedListNode<string>? held))
            {
                _byUse.Remove(held);
                _byUse.AddFirst(held);
                return (true, _byKey.Count);
            }

            if (_byKey.Count == capacity)
            {
                _byKey.Remove(_byUse.Last!.Value);
                _byUse.RemoveLast();
            }

            _byKey.Add(key, _byUse.AddFirst(key));
            return (false, _byKey.Count);
        }
    }
}
