using BenchmarkDotNet.Attributes;
using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>Three distinct nodes for a key, of 1,000: an owner and two to fall back to.</summary>
public class WalkBenchmarks
{
    private const int Asked = RingFixtures.KeyCount / 8;
    private HashRing _ring = HashRing.Empty;
    private BinarySearchRing _binary = null!;

    [GlobalSetup]
    public void Setup()
    {
        _ring = RingFixtures.Ring(1_000);
        (uint[] positions, int[] slots) = RingFixtures.PointsOf(1_000);
        _binary = new BinarySearchRing(positions, slots);
    }

    [Benchmark(OperationsPerInvoke = Asked)]
    public long WalkOf3()
    {
        long sum = 0;
        foreach (ulong hash in RingFixtures.Hashes.AsSpan(0, Asked))
        {
            RingWalk walk = _ring.Walk(hash);
            for (int i = 0; i < 3 && walk.MoveNext(); i++)
                sum += walk.Current;
        }

        return sum;
    }

    [Benchmark(OperationsPerInvoke = Asked)]
    public long WalkOf3WithASet()
    {
        long sum = 0;
        Span<int> nodes = stackalloc int[3];
        foreach (ulong hash in RingFixtures.Hashes.AsSpan(0, Asked))
            sum += _binary.Walk(hash, nodes) + nodes[2];
        return sum;
    }
}
