using System.IO.Hashing;
using System.Text;
using BenchmarkDotNet.Attributes;
using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>A short key's hash, and the same by the library over encoded bytes.</summary>
public class HashBenchmarks
{
    [Benchmark(OperationsPerInvoke = RingFixtures.KeyCount)]
    public ulong HashOfKey()
    {
        ulong sum = 0;
        foreach (string key in RingFixtures.Keys)
            sum += KeyHash.Of(key);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = RingFixtures.KeyCount)]
    public ulong EncodeAndHash()
    {
        ulong sum = 0;
        Span<byte> utf8 = stackalloc byte[64];
        foreach (string key in RingFixtures.Keys)
            sum += XxHash3.HashToUInt64(utf8[..Encoding.UTF8.GetBytes(key, utf8)]);
        return sum;
    }
}
