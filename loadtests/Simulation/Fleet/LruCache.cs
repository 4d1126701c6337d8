namespace HashBalancer.Simulation.Fleet;

/// <summary>The keys that a node holds: the most recently used so many.</summary>
/// <remarks>A ring of slots linked both ways, the newest after slot 0.</remarks>
internal sealed class LruCache
{
    private readonly Dictionary<int, int> _slots = [];
    private readonly int[] _keys;
    private readonly int[] _older;
    private readonly int[] _newer;

    public LruCache(int capacity)
    {
        _keys = new int[capacity + 1];
        _older = new int[capacity + 1];
        _newer = new int[capacity + 1];
    }

    /// <summary>Uses a key; whether it was held. From now on it is.</summary>
    public bool Use(int key)
    {
        bool held = _slots.TryGetValue(key, out int slot);
        if (held)
        {
            Unlink(slot);
        }
        else
        {
            slot = _slots.Count + 1;
            if (slot == _keys.Length)
            {
                slot = _newer[0];
                Unlink(slot);
                _slots.Remove(_keys[slot]);
            }

            _keys[slot] = key;
            _slots.Add(key, slot);
        }

        // Slot 0 is the end of both ways: the oldest is its newer one, the newest its older one.
        int newest = _older[0];
        (_older[slot], _newer[slot]) = (newest, 0);
        _newer[newest] = slot;
        _older[0] = slot;
        return held;
    }

    private void Unlink(int slot)
    {
        _newer[_older[slot]] = _newer[slot];
        _older[_newer[slot]] = _older[slot];
    }
}
