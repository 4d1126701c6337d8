using System.Collections.Concurrent;

namespace HashBalancer.LoadTests.Measuring;

/// <summary>Which node answered which key: the answers per node, and how many keys kept to one node. Thread-safe.</summary>
internal sealed class Affinity(long keyCount)
{
    private const int None = 0;

    // The first node that answered a key, plus one. Four bytes a key; scenarios allow 10 million keys at most.
    private readonly int[] _home = new int[keyCount];
    private readonly long[] _perNode = new long[NodeTable.Limit];
    private readonly ConcurrentDictionary<(long Key, int Node), byte> _strays = new();
    private long _answers;
    private long _offOwner;
    private long _keysSeen;

    /// <summary>Answers that named a node.</summary>
    public long Answers => Volatile.Read(ref _answers);

    /// <summary>Answers from another node than the one that answered the key first.</summary>
    public long OffOwner => Volatile.Read(ref _offOwner);

    /// <summary>Keys that at least one node answered.</summary>
    public long KeysSeen => Volatile.Read(ref _keysSeen);

    /// <summary>Keys that one node alone answered.</summary>
    public long KeysOnOneNode => KeysSeen - _strays.Keys.Select(s => s.Key).Distinct().LongCount();

    /// <summary>The most nodes that answered one key.</summary>
    public int MostNodesPerKey =>
        _strays.IsEmpty ? (KeysSeen == 0 ? 0 : 1) : 1 + _strays.Keys.GroupBy(s => s.Key).Max(g => g.Count());

    public long AnswersOf(int node) => Volatile.Read(ref _perNode[node]);

    public void Record(long key, int node)
    {
        Interlocked.Increment(ref _answers);
        Interlocked.Increment(ref _perNode[node]);
        int home = Interlocked.CompareExchange(ref _home[key], node + 1, None);
        if (home == None)
        {
            Interlocked.Increment(ref _keysSeen);
        }
        else if (home != node + 1)
        {
            Interlocked.Increment(ref _offOwner);
            _strays.TryAdd((key, node), 0);
        }
    }
}
