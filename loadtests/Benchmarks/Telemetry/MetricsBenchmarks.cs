using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using HashBalancer.Control;
using HashBalancer.Gateway.Telemetry.Exposition;
using HashBalancer.Proxy;
using HashBalancer.Ring;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace HashBalancer.Benchmarks;

/// <summary>One answer of <c>/metrics</c> by a gateway with 20 pools of 1,000 nodes that have all served: some 150,000 series; and what recording costs a request.</summary>
public class MetricsBenchmarks
{
    private const int Pools = 20;
    private const int Nodes = 1000;
    private const int Recordings = 1 << 16;

    private readonly ArrayBufferWriter<byte> _page = new(32 << 20);
    private MetricCollector _collector = null!;
    private ServiceProvider _services = null!;
    private ProxyMetrics _metrics = null!;
    private Pool _pool = null!;

    /// <summary>Bytes of the page, for whoever reads the run's output.</summary>
    public int PageLength => _page.WrittenCount;

    [GlobalSetup]
    public void Setup()
    {
        _collector = new MetricCollector();
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        IMeterFactory meters = _services.GetRequiredService<IMeterFactory>();
        var loads = new LoadTable();
        var store = new SnapshotStore();
        store.Publish(new Snapshot(1, Enumerable.Range(0, Pools).Select(pool => View($"pool-{pool}", loads)).ToFrozenDictionary(view => view.Name, StringComparer.OrdinalIgnoreCase)));
        var policies = new PoolPolicies(TimeProvider.System);
        policies.Replace(store.Current.Pools.Keys.ToDictionary(name => name, _ => new PoolPolicy(), StringComparer.Ordinal));
        _metrics = new ProxyMetrics(meters, store, policies);
        _ = new ControlTelemetry(meters, store, new RegistryStatus(() => "registry", TimeProvider.System, NullLogger<RegistryStatus>.Instance), TimeProvider.System);
        _ = policies.TryGetPool("pool-0", out Pool? first);
        _pool = first!;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _collector.Dispose();
        _services.Dispose();
    }

    [Benchmark]
    public int MetricsPage()
    {
        _page.ResetWrittenCount();
        _collector.Write(_page, openMetrics: false);
        return _page.WrittenCount;
    }

    [Benchmark(OperationsPerInvoke = Recordings)]
    public void RecordDuration()
    {
        for (int i = 0; i < Recordings; i++)
            _metrics.Took(_pool, TimeSpan.FromTicks(i));
    }

    private static PoolSnapshot View(string name, LoadTable loads)
    {
        ImmutableArray<Node> nodes = [.. Enumerable.Range(0, Nodes).Select(i => new Node($"{name}-node-{i:0000}", "10.0.0.1", 1 + i, 1, NodeState.Up, loads.Of(name, $"{name}-node-{i:0000}")))];
        foreach (Node node in nodes)
        {
            foreach (Outcome outcome in (Outcome[])[Outcome.Success, Outcome.ClientError, Outcome.ServerError])
                NodeRuntime.Of(node).Counts.Count(outcome);
        }

        return new PoolSnapshot(name, MembershipSource.Registry, nodes, HashRing.Build(nodes.Select(node => new RingMember(node.Id))));
    }
}
