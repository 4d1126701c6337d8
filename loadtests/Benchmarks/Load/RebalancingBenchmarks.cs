using BenchmarkDotNet.Attributes;
using HashBalancer.Proxy;
using HashBalancer.Ring;

namespace HashBalancer.Benchmarks;

/// <summary>What rebalancing adds to a request: its key is counted by place, and the node's report about itself is read and averaged.</summary>
public class RebalancingBenchmarks
{
    private const int Requests = 1 << 16;

    /// <summary>As the agent writes it.</summary>
    private const string Report = "TEXT cpu_utilization=0.3125,mem_utilization=0.0481,rps_fractional=812,application_utilization=0.3125";

    private readonly NodeLoad _load = new LoadTable().Of("items", "a");
    private readonly ulong[] _hashes = new ulong[Requests];

    [GlobalSetup]
    public void Setup()
    {
        var chance = new Random(1);
        for (int i = 0; i < _hashes.Length; i++)
            _hashes[i] = (ulong)chance.NextInt64(long.MinValue, long.MaxValue);
        _ = _load.Pool.WatchSlices();
    }

    [Benchmark(OperationsPerInvoke = Requests)]
    public void RebalancingSignals()
    {
        for (int i = 0; i < Requests; i++)
        {
            _load.Pool.CountKey(_hashes[i]);
            if (LoadReport.Read(Report, out double utilisation) == LoadReportVerdict.Taken)
                _load.Report((float)utilisation, (uint)i);
        }
    }

    [Benchmark(OperationsPerInvoke = Requests)]
    public void CountKey()
    {
        for (int i = 0; i < Requests; i++)
            _load.Pool.CountKey(_hashes[i]);
    }
}
