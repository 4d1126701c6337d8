using System.Collections.Concurrent;
using BenchmarkDotNet.Attributes;
using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>Counting a request's key, in a stream of Zipf 1.0 over 100,000 keys; beside a concurrent dictionary, which forgets nothing
/// and grows with the keys.</summary>
public class HotKeyBenchmarks
{
    private const int Requests = RingFixtures.KeyCount / 2;
    private readonly HotKeySketch _sketch = new(TimeProvider.System);
    private readonly ConcurrentDictionary<ulong, long> _dictionary = new();
    private ulong[] _stream = [];

    [GlobalSetup]
    public void Setup()
    {
        // Zipf 1.0 by its continuous form: the logarithm of the rank is uniform.
        _stream = [.. RingFixtures.Hashes.Take(Requests).Select(h => (ulong)Math.Pow(100_000, h / (double)ulong.MaxValue) * 0x9E3779B97F4A7C15)];
        SketchRecord();
    }

    [Benchmark(OperationsPerInvoke = Requests)]
    public void SketchRecord()
    {
        long now = TimeProvider.System.GetTimestamp();
        foreach (ulong hash in _stream)
            _sketch.Record(hash, now);
    }

    [Benchmark(OperationsPerInvoke = Requests)]
    public void DictionaryCount()
    {
        foreach (ulong hash in _stream)
            _dictionary.AddOrUpdate(hash, 1, static (_, count) => count + 1);
    }

    [Benchmark]
    public HotKeySummary SketchRead() => _sketch.Read(TimeProvider.System.GetTimestamp());
}
