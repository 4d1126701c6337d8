using System.Collections.Concurrent;

namespace HashBalancer.LoadTests.Measuring;

/// <summary>Gives every node name that answers carry a small number, so that counting per node is an array access. Thread-safe.</summary>
internal sealed class NodeTable
{
    /// <summary>Names beyond it are not told apart and count as unnamed: an answer's text is foreign and must not fill memory.</summary>
    public const int Limit = 4096;

    private readonly ConcurrentDictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly string[] _names = new string[Limit];
    private readonly Lock _adding = new();
    private int _count;

    public NodeTable() => _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();

    public int Count => Volatile.Read(ref _count);

    public string NameOf(int number) => _names[number];

    /// <summary>The name's number, or -1 when the table is full. Allocates only for a new name.</summary>
    public int NumberOf(ReadOnlySpan<char> name)
    {
        if (_lookup.TryGetValue(name, out int number))
            return number;

        lock (_adding)
        {
            if (_lookup.TryGetValue(name, out number))
                return number;
            if (_count == Limit)
                return -1;
            number = _count;
            _names[number] = name.ToString();
            _numbers[_names[number]] = number;
            Volatile.Write(ref _count, number + 1);
            return number;
        }
    }
}
