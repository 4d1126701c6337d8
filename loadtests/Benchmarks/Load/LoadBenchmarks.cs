using BenchmarkDotNet.Attributes;
using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>Counting a request in and out of a node and its pool, with its latency; beside the bare atomic additions it is made of.</summary>
public class LoadBenchmarks
{
    private const int Requests = 1 << 16;
    private readonly NodeLoad _load = new LoadTable().Of("items", "a");
    private long _counter;

    [Benchmark(OperationsPerInvoke = Requests)]
    public void LoadBeginAndEnd()
    {
        for (int i = 0; i < Requests; i++)
        {
            _load.Begin();
            _load.End(failed: false, i * 1000L, (i * 1000L) + 500);
        }
    }

    [Benchmark(OperationsPerInvoke = Requests)]
    public void FiveAtomicAdditions()
    {
        for (int i = 0; i < Requests; i++)
        {
            for (int j = 0; j < 5; j++)
                Interlocked.Increment(ref _counter);
        }
    }
}
