namespace HashBalancer.Benchmarks;

/// <summary>Keys one behind the other in one array of characters, as header values lie in a receive buffer.</summary>
/// <remarks>An object per key takes three times the memory, and at 10,000 nodes drives the ring out of the cache that is to be measured.</remarks>
internal sealed class KeyText
{
    private readonly char[] _text;
    private readonly int[] _ends;

    public KeyText(IEnumerable<string> keys)
    {
        string[] all = [.. keys];
        _text = string.Concat(all).ToCharArray();
        _ends = new int[all.Length];
        int end = 0;
        for (int i = 0; i < all.Length; i++)
            _ends[i] = end += all[i].Length;
    }

    /// <summary>How many keys.</summary>
    public int Count => _ends.Length;

    /// <summary>The key that starts at a place, with the place where the next one starts.</summary>
    public ReadOnlySpan<char> Next(int index, ref int start)
    {
        int from = start;
        start = _ends[index];
        return _text.AsSpan(from, start - from);
    }
}
