using BenchmarkDotNet.Attributes;

namespace HashBalancer.Benchmarks;

/// <summary>The usual C# ring over the same points; 1,000 nodes alone, as it takes seconds to build more.</summary>
public class SortedDictionaryBenchmarks
{
    private const int Asked = RingFixtures.KeyCount / 8;
    private SortedDictionaryRing _ring = null!;

    [GlobalSetup]
    public void Setup()
    {
        (uint[] positions, int[] slots) = RingFixtures.PointsOf(1_000);
        string[] ids = [.. RingFixtures.Members(1_000).Select(m => m.Id)];
        _ring = new SortedDictionaryRing(positions, [.. slots.Select(slot => ids[slot])]);
    }

    [Benchmark(OperationsPerInvoke = Asked)]
    public long SortedDictionary()
    {
        long sum = 0;
        foreach (ulong hash in RingFixtures.Hashes.AsSpan(0, Asked))
            sum += _ring.GetNode(hash).Length;
        return sum;
    }
}
