namespace HashBalancer.Benchmarks;

/// <summary>The ring that most C# projects write: a SortedDictionary of points, its keys copied to an array for a bisection, whose find
/// is looked up in the dictionary.</summary>
internal sealed class SortedDictionaryRing
{
    private readonly SortedDictionary<uint, string> _circle = [];
    private readonly uint[] _keys;

    public SortedDictionaryRing(uint[] positions, IReadOnlyList<string> nodes)
    {
        for (int i = 0; i < positions.Length; i++)
            _circle[positions[i]] = nodes[i];
        _keys = [.. _circle.Keys];
    }

    public string GetNode(ulong hash)
    {
        int index = Array.BinarySearch(_keys, (uint)(hash >> 32));
        if (index < 0)
            index = ~index;
        return _circle[_keys[index == _keys.Length ? 0 : index]];
    }
}
