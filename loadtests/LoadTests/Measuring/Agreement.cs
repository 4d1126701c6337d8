namespace HashBalancer.LoadTests.Measuring;

/// <summary>Whether keys that were asked through several gateways got the same node through each. Thread-safe.</summary>
/// <remarks>Four bytes for each key and gateway. What counts is the last answer through a gateway: all must have followed the last change.</remarks>
internal sealed class Agreement(int gateways, long keyCount)
{
    private readonly int[][] _last = [.. Enumerable.Range(0, gateways).Select(_ => new int[keyCount])];
    private readonly long[] _answers = new long[gateways];

    public IReadOnlyList<long> Answers => _answers;

    public void Record(int gateway, long key, int node)
    {
        Interlocked.Increment(ref _answers[gateway]);
        Volatile.Write(ref _last[gateway][key], node + 1);
    }

    /// <summary>Keys that two gateways or more answered, and those of them that all of these gave to one node.</summary>
    public (long Keys, long Agreed) Count()
    {
        long keys = 0, agreed = 0;
        for (long key = 0; key < keyCount; key++)
        {
            int[] nodes = [.. _last.Select(l => l[key]).Where(n => n > 0)];
            if (nodes.Length < 2)
                continue;
            keys++;
            if (Array.TrueForAll(nodes, n => n == nodes[0]))
                agreed++;
        }

        return (keys, agreed);
    }
}
